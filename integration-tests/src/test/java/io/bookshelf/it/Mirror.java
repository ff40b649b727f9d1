package io.bookshelf.it;

import java.io.Closeable;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

/** A subscriber of one unit that notes when all that it was told is exactly what was expected. */
final class Mirror implements Closeable {
    private static final int SHOWN = 5;

    private final String name;
    private final RawMqtt client;
    private final Map<String, String> expected;
    private final Map<String, String> told = new HashMap<>();
    private final Set<String> wrong = new TreeSet<>();
    private final CompletableFuture<Void> equal = new CompletableFuture<>();

    /** Subscribes, and has the snapshot when it returns. */
    Mirror(String name, UnitProcess unit, Map<String, String> expected) {
        this.name = name;
        this.expected = Map.copyOf(expected);
        client = RawMqtt.connected(unit.mqtt(), Connect.v5("mirror"));
        wrong.addAll(this.expected.keySet());
        client.snapshot(0, RealNetwork.KEYS).forEach(this::take);
        Thread.ofVirtual().start(this::follow);
    }

    private void follow() {
        try {
            check();
            while (!equal.isDone()) {
                Packet packet = client.next(RealNetwork.SOON);
                if (packet == null) {
                    throw new AssertionError("the connection was closed");
                }
                take(packet);
                check();
            }
        } catch (AssertionError | RuntimeException e) {
            equal.completeExceptionally(new AssertionError(toString(), e));
        }
    }

    private synchronized void take(Packet packet) {
        String key = packet.topic();
        String value = packet.text();
        if (value.isEmpty()) {
            told.remove(key);
        } else {
            told.put(key, value);
        }
        if (value.equals(expected.getOrDefault(key, ""))) {
            wrong.remove(key);
        } else {
            wrong.add(key);
        }
    }

    private synchronized void check() {
        if (wrong.isEmpty()) {
            equal.complete(null);
        }
    }

    /** Completes when it is so; exceptionally when nothing more comes for long. */
    CompletableFuture<Void> equal() {
        return equal;
    }

    @Override
    public synchronized String toString() {
        StringBuilder text = new StringBuilder(name + ": " + wrong.size() + " keys are not as they were written last");
        wrong.stream()
                .limit(SHOWN)
                .forEach(key -> text.append("; %s is %s instead of %s"
                        .formatted(key, told.getOrDefault(key, "absent"), expected.getOrDefault(key, "absent"))));
        return text.toString();
    }

    @Override
    public void close() {
        client.close();
    }
}
