package io.bookshelf.it;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A cable between two processes, as a TCP relay on loopback: it may be long, it can be cut, and it counts what passes. While
 * it is cut connections end at once, so that both sides know.
 */
final class Relay implements Closeable {
    private final InetSocketAddress to;
    private final long delayNanos;
    private final ServerSocket door;
    private final Set<Socket> open = new HashSet<>();
    private final AtomicInteger connections = new AtomicInteger();
    private boolean cut;
    private boolean held;
    private Traffic traffic = new Traffic(0, 0, 0, 0);

    /**
     * What has passed since the start: bytes and the pieces in which they came, from who dialled and to who dialled.
     */
    record Traffic(long bytesThere, long piecesThere, long bytesBack, long piecesBack) {
        Traffic plus(Traffic other) {
            return new Traffic(
                    bytesThere + other.bytesThere,
                    piecesThere + other.piecesThere,
                    bytesBack + other.bytesBack,
                    piecesBack + other.piecesBack);
        }

        Traffic minus(Traffic other) {
            return plus(new Traffic(-other.bytesThere, -other.piecesThere, -other.bytesBack, -other.piecesBack));
        }

        Traffic backwards() {
            return new Traffic(bytesBack, piecesBack, bytesThere, piecesThere);
        }
    }

    /** What was read at one time, and when it arrives; nothing at all for the end of the stream. */
    private record Piece(byte[] bytes, long arrives) implements Delayed {
        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(arrives - System.nanoTime(), TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.signum(arrives - ((Piece) other).arrives);
        }
    }

    /** @param delay how long a byte is under way, in each direction */
    Relay(InetSocketAddress to, Duration delay) {
        this.to = to;
        this.delayNanos = delay.toNanos();
        try {
            door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    InetSocketAddress address() {
        return (InetSocketAddress) door.getLocalSocketAddress();
    }

    /** How many connections have been made through it. */
    int connections() {
        return connections.get();
    }

    synchronized Traffic traffic() {
        return traffic;
    }

    /** Ends all connections, and each that is made, until it is healed. */
    synchronized void cut() {
        cut = true;
        held = false;
        open.forEach(Relay::close);
        open.clear();
        notifyAll();
    }

    /** From now on nothing comes back to who dialled, until it is let through; a cut loses it. */
    synchronized void holdAnswers() {
        held = true;
    }

    synchronized void letAnswersThrough() {
        held = false;
        notifyAll();
    }

    private synchronized void awaitPassing(Socket to) throws InterruptedException {
        while (held && open.contains(to)) {
            wait();
        }
    }

    synchronized void heal() {
        cut = false;
    }

    private synchronized void passed(Traffic more) {
        traffic = traffic.plus(more);
    }

    private synchronized boolean mayPass(Socket socket) {
        return !cut && open.add(socket);
    }

    private synchronized void ended(Socket socket) {
        open.remove(socket);
        close(socket);
    }

    private void accept() {
        try {
            while (true) {
                Socket dialled = door.accept();
                Thread.ofVirtual().start(() -> relay(dialled));
            }
        } catch (IOException closed) {
            // with the test
        }
    }

    private void relay(Socket dialled) {
        Socket onward = new Socket();
        try {
            if (mayPass(dialled) && mayPass(onward)) {
                onward.connect(to);
                connections.incrementAndGet();
                dialled.setTcpNoDelay(true);
                onward.setTcpNoDelay(true);
                Thread back = Thread.ofVirtual().start(() -> pump(onward, dialled, false));
                pump(dialled, onward, true);
                back.join();
            }
        } catch (IOException | InterruptedException nobodyThere) {
            // who dialled is told by the end of its connection
        } finally {
            ended(dialled);
            ended(onward);
        }
    }

    private void pump(Socket source, Socket sink, boolean there) {
        DelayQueue<Piece> underWay = new DelayQueue<>();
        Thread reader = Thread.ofVirtual().start(() -> read(source, underWay, there));
        try {
            OutputStream out = sink.getOutputStream();
            for (Piece piece = underWay.take(); piece.bytes.length > 0; piece = underWay.take()) {
                if (!there) {
                    awaitPassing(sink);
                }
                out.write(piece.bytes);
            }
        } catch (IOException | InterruptedException closed) {
            // the other side is told below
        }
        close(sink);
        close(source);
        reader.interrupt();
    }

    private void read(Socket source, DelayQueue<Piece> underWay, boolean there) {
        byte[] buffer = new byte[16 * 1024];
        try {
            InputStream in = source.getInputStream();
            for (int read = in.read(buffer); read > 0; read = in.read(buffer)) {
                underWay.add(new Piece(Arrays.copyOf(buffer, read), System.nanoTime() + delayNanos));
                Traffic piece = new Traffic(read, 1, 0, 0);
                passed(there ? piece : piece.backwards());
            }
        } catch (IOException closed) {
            // as the end of the stream
        }
        underWay.add(new Piece(new byte[0], System.nanoTime() + delayNanos));
    }

    private static void close(Closeable each) {
        try {
            each.close();
        } catch (IOException closedAnyway) {
            // nothing left to do for it
        }
    }

    @Override
    public void close() {
        close(door);
        cut();
    }
}
