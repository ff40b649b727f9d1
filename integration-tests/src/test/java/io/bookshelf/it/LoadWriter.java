package io.bookshelf.it;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;

/**
 * Puts and deletes keys that nobody else writes, with many unacknowledged at a time, until its connection ends; and
 * remembers of every key what was sent in which order and what was acknowledged.
 */
final class LoadWriter {
    private static final int WINDOW = 64;
    private static final int KEYS = 40;

    /** What was done to one key. Values; the empty one is a delete. */
    static final class History {
        private final List<String> sent = new ArrayList<>();
        private int acknowledged;

        History(String stored) {
            sent.add(stored);
        }

        synchronized int send(String value) {
            sent.add(value);
            return sent.size() - 1;
        }

        synchronized void acknowledge(int number) {
            acknowledged = Math.max(acknowledged, number);
        }

        /** Every value that the key may have: the last acknowledged one, or one that was sent later. */
        synchronized List<String> possible() {
            return List.copyOf(sent.subList(acknowledged, sent.size()));
        }
    }

    private record Sent(History history, int number) {}

    private final RawMqtt client;
    private final String prefix;
    private final int qos;
    private final Random random;
    private final CountDownLatch acknowledgements;
    private final Map<String, History> histories = new TreeMap<>();
    private final Map<Integer, Sent> open = new ConcurrentHashMap<>();
    private final Semaphore window = new Semaphore(WINDOW);
    private final List<Thread> threads = new ArrayList<>();

    /**
     * @param stored what the keys hold at the start
     * @param acknowledgements counted down at each acknowledgement
     */
    LoadWriter(
            RawMqtt client,
            String prefix,
            int qos,
            Random random,
            Map<String, String> stored,
            CountDownLatch acknowledgements) {
        this.client = client;
        this.prefix = prefix;
        this.qos = qos;
        this.random = random;
        this.acknowledgements = acknowledgements;
        for (int i = 0; i < KEYS; i++) {
            String key = prefix + "/" + i;
            histories.put(key, new History(stored.getOrDefault(key, "")));
        }
    }

    Map<String, History> histories() {
        return histories;
    }

    /** @param round part of every value, so that none is written twice */
    void start(int round) {
        threads.add(Thread.ofVirtual().start(() -> write(round)));
        threads.add(Thread.ofVirtual().start(this::read));
    }

    /** Waits until the connection has ended and every acknowledgement that came has been counted. */
    void join() throws InterruptedException {
        for (Thread thread : threads) {
            thread.join();
        }
        client.close();
    }

    private void write(int round) {
        try {
            for (int i = 1; ; i++) {
                window.acquire();
                String key = prefix + "/" + random.nextInt(KEYS);
                String value = random.nextInt(5) == 0 ? "" : round + "." + i + "x".repeat(random.nextInt(200));
                History history = Objects.requireNonNull(histories.get(key));
                int id = i % 65_535 + 1;
                open.put(id, new Sent(history, history.send(value)));
                client.publish(key, value, qos, true, id);
            }
        } catch (RuntimeException | InterruptedException connectionEnded) {
            // as it was meant to
        }
    }

    private void read() {
        try {
            for (Packet packet = client.next(RawMqtt.PATIENCE);
                    packet != null;
                    packet = client.next(RawMqtt.PATIENCE)) {
                switch (packet.type()) {
                    case Packet.PUBACK -> {
                        acknowledge(packet);
                        window.release();
                    }
                    case Packet.PUBREC -> {
                        acknowledge(packet);
                        client.ack(Packet.PUBREL, packet.id());
                    }
                    case Packet.PUBCOMP -> window.release();
                    default -> throw new AssertionError("unexpected " + packet);
                }
            }
        } catch (RuntimeException connectionEnded) {
            // while a PUBREL was being sent
        } finally {
            client.close();
            window.release(WINDOW);
        }
    }

    private void acknowledge(Packet packet) {
        if (packet.reason() >= 0x80) {
            throw new AssertionError("refused: " + packet);
        }
        Sent sent = open.remove(packet.id());
        if (sent == null) {
            throw new AssertionError("acknowledged what is not open: " + packet);
        }
        sent.history.acknowledge(sent.number);
        acknowledgements.countDown();
    }
}
