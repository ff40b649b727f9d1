package io.bookshelf.it;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** What keeps others from coming in: connections, handshakes, password checks. */
final class DoorAttacks {
    private static final int PASSWORDS = 300;
    private static final int MOST = Boolean.getBoolean("bookshelf.full") ? 9_000 : 2_000;

    private DoorAttacks() {}

    /** @param stranger has a certificate of seven intermediates that nobody trusts */
    static Map<String, Attack> all(SSLContext stranger) {
        Map<String, Attack> all = new TreeMap<>();
        all.put("keep-alives", new Attack(MOST, DoorAttacks::keepAlives));
        all.put("passwords", new Attack(40, DoorAttacks::passwords));
        all.put("handshakes", new Attack(3_000, (on, round) -> handshakes(on, stranger)));
        all.put("silent", new Attack(MOST, DoorAttacks::silent));
        return all;
    }

    private static SSLSocket tls(Assault on, SSLContext context, InetSocketAddress to) throws IOException {
        SSLSocket socket = (SSLSocket)
                context.getSocketFactory().createSocket(on.tcp(to).socket(), to.getHostString(), to.getPort(), true);
        socket.setSoTimeout((int) RawMqtt.PATIENCE.toMillis());
        return on.hold(socket);
    }

    /** Asks for a page without a certificate, and keeps the connection. */
    private static void keepAlives(Assault on, int round) throws IOException {
        SSLSocket socket = tls(on, on.target().browser(), on.target().https());
        String host =
                on.target().https().getHostString() + ":" + on.target().https().getPort();
        socket.getOutputStream().write(Bytes.utf8("GET /healthz HTTP/1.1\r\nHost: " + host + "\r\n\r\n"));
        if (socket.getInputStream().read() < 0) {
            throw new IOException("cut off");
        }
    }

    /** Wrong passwords, all at once, and nobody waits for the answers. */
    private static void passwords(Assault on, int round) throws IOException, InterruptedException {
        List<Wire.Tcp> asking = new ArrayList<>();
        for (int i = 0; i < PASSWORDS && on.goesOn(); i++) {
            Wire.Tcp tcp = on.tcp(on.target().mqtt());
            asking.add(tcp);
            tcp.write(Connect.v5("guess-" + i)
                    .as(
                            i % 2 == 0 ? AttackedUnit.DAEMON : "user-" + i,
                            "guess-" + on.random().nextInt())
                    .toBytes());
        }
        // The last one's answer, or its end, is waited for; otherwise a round would be over before it is asked.
        RawMqtt.over(asking.getLast()).within(RawMqtt.PATIENCE);
        asking.forEach(Wire.Tcp::close);
    }

    /** Handshakes with a certificate that is costly to look at, ended as soon as it has been sent. */
    private static void handshakes(Assault on, SSLContext stranger) throws IOException {
        InetSocketAddress to =
                on.random().nextInt(4) == 0 ? on.target().https() : on.target().listen();
        try (SSLSocket socket = tls(on, stranger, to)) {
            socket.startHandshake();
        }
    }

    /** Says nothing at all, at any door. */
    private static void silent(Assault on, int round) throws IOException {
        List<InetSocketAddress> doors = List.of(
                on.target().mqtt(),
                on.target().web(),
                on.target().https(),
                on.target().listen());
        on.tcp(doors.get(round % doors.size()));
    }
}
