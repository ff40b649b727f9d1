package io.bookshelf.cli.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The cables between the units: a TCP relay for each ordered pair, so that it is known who dials whom. A cut relay passes
 * nothing and closes nothing, as a network does that has come apart. Thread-safe.
 */
final class Relays implements AutoCloseable {
    private static final int BUFFER = 16 * 1024;

    private final Map<String, Map<String, ServerSocket>> doors = new TreeMap<>();
    private final Map<String, Integer> targets = new ConcurrentHashMap<>();
    private final Set<String> cut = new HashSet<>();

    Relays(List<String> units) {
        for (String from : units) {
            Map<String, ServerSocket> out = new TreeMap<>();
            doors.put(from, out);
            for (String to : units) {
                if (!from.equals(to)) {
                    out.put(to, open(from, to));
                }
            }
        }
    }

    private ServerSocket open(String from, String to) {
        try {
            ServerSocket door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            Thread.ofVirtual().start(() -> accept(door, from, to));
            return door;
        } catch (IOException e) {
            throw new UncheckedIOException("no port for a relay", e);
        }
    }

    /** Where a unit reaches each of the others. */
    Map<String, Integer> from(String unit) {
        Map<String, Integer> ports = new TreeMap<>();
        doors.getOrDefault(unit, Map.of()).forEach((to, door) -> ports.put(to, door.getLocalPort()));
        return ports;
    }

    /** Says where a unit listens now. */
    void listening(String unit, int port) {
        targets.put(unit, port);
    }

    synchronized boolean isCut(String unit) {
        return cut.contains(unit);
    }

    synchronized void cut(String unit) {
        cut.add(unit);
    }

    /** @return the units that were cut off */
    synchronized List<String> heal() {
        List<String> healed = cut.stream().sorted().toList();
        cut.clear();
        notifyAll();
        return healed;
    }

    private synchronized void awaitWhole(String from, String to) throws InterruptedException {
        while (cut.contains(from) || cut.contains(to)) {
            wait();
        }
    }

    private void accept(ServerSocket door, String from, String to) {
        try (door) {
            while (true) {
                Socket dialled = door.accept();
                Thread.ofVirtual().start(() -> relay(dialled, from, to));
            }
        } catch (IOException closed) {
            // with the demo
        }
    }

    private void relay(Socket dialled, String from, String to) {
        try (dialled;
                Socket onward = new Socket()) {
            awaitWhole(from, to);
            int port = targets.getOrDefault(to, 0);
            onward.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            // The system may give a socket that dials a dead port that very port, and connect it to itself.
            if (onward.getLocalPort() == port) {
                return;
            }
            dialled.setTcpNoDelay(true);
            onward.setTcpNoDelay(true);
            Thread back = Thread.ofVirtual().start(() -> pump(onward, dialled, from, to));
            pump(dialled, onward, from, to);
            back.join();
        } catch (IOException closed) {
            // A unit that is not there: who dialled it is let go.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void pump(Socket source, Socket sink, String from, String to) {
        byte[] buffer = new byte[BUFFER];
        try {
            int read = source.getInputStream().read(buffer);
            while (read >= 0) {
                awaitWhole(from, to);
                sink.getOutputStream().write(buffer, 0, read);
                read = source.getInputStream().read(buffer);
            }
        } catch (IOException closed) {
            // The other side is told below.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try {
            awaitWhole(from, to);
            source.close();
            sink.close();
        } catch (IOException closedAnyway) {
            // nothing left to do for it
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        for (Map<String, ServerSocket> each : doors.values()) {
            for (ServerSocket door : each.values()) {
                try {
                    door.close();
                } catch (IOException closedAnyway) {
                    // nothing left to do for it
                }
            }
        }
    }
}
