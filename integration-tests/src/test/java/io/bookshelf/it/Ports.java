package io.bookshelf.it;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports for units that keep theirs over restarts. Below the range from which the system takes the ports of outgoing
 * connections: otherwise a client that tries again and again to reach a dead unit ends up connected to itself. None is given
 * twice: nobody listens on that of a unit which is to start, or to start again.
 */
final class Ports {
    private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

    private Ports() {}

    static InetSocketAddress free() {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(10_000, 32_000);
            if (!GIVEN.add(port)) {
                continue;
            }
            try (ServerSocket socket = new ServerSocket(port, 1, loopback)) {
                return new InetSocketAddress(loopback, socket.getLocalPort());
            } catch (IOException taken) {
                // try another one
            }
        }
    }
}
