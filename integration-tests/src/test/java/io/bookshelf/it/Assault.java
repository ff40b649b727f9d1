package io.bookshelf.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One {@link Attack} under way: round after round until it has done all that it wants to or is told to stop. Being refused or
 * cut off is what an attacker has to expect, and is counted; what it holds open stays so until {@link #close}.
 */
final class Assault implements AutoCloseable {
    private static final int PAUSE_MILLIS = 20;

    private final String name;
    private final Attack attack;
    private final AttackedUnit target;
    private final Random random;
    private final Queue<AutoCloseable> held = new ConcurrentLinkedQueue<>();
    private final AtomicInteger rounds = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> mistake = new AtomicReference<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private final Thread thread;

    Assault(String name, Attack attack, AttackedUnit target, long seed) {
        this.name = name;
        this.attack = attack;
        this.target = target;
        random = new Random(seed ^ name.hashCode());
        thread = Thread.ofPlatform().daemon().name("attack-" + name).start(this::run);
    }

    private void run() {
        try {
            for (int round = 0; round < attack.rounds() && over.getCount() > 0; round++) {
                rounds.incrementAndGet();
                try {
                    attack.round(this, round);
                } catch (IOException | UncheckedIOException no) {
                    refused.incrementAndGet();
                    over.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
                }
            }
        } catch (InterruptedException | RuntimeException | Error e) {
            mistake.set(e);
        }
    }

    AttackedUnit target() {
        return target;
    }

    Random random() {
        return random;
    }

    /** Whether it should go on within a round. */
    boolean goesOn() {
        return over.getCount() > 0;
    }

    /** One of many addresses of this host. */
    private String somewhere() {
        return "127.%d.%d.%d".formatted(random.nextInt(255), random.nextInt(255), 2 + random.nextInt(250));
    }

    /** A connection from some address, which stays open. */
    Wire.Tcp tcp(InetSocketAddress to) throws IOException {
        return hold(Wire.tcp(somewhere(), to));
    }

    /** A client that comes from some address and is accepted; its connection stays open. */
    RawMqtt client(Connect connect) throws IOException {
        RawMqtt client = RawMqtt.over(tcp(target.mqtt()));
        client.version(connect.version);
        client.send(connect.toBytes());
        Packet connack = client.within(RawMqtt.PATIENCE);
        if (connack == null || connack.type() != Packet.CONNACK || connack.reason() != 0) {
            client.close();
            throw new IOException("refused: " + connack);
        }
        return client;
    }

    /** Waits for the next packet, whatever it is. */
    static Packet answer(RawMqtt client) throws IOException {
        Packet packet = client.within(RawMqtt.PATIENCE);
        if (packet == null) {
            throw new IOException("cut off");
        }
        return packet;
    }

    <T extends AutoCloseable> T hold(T connection) {
        held.add(connection);
        return connection;
    }

    /** Whether it has done all that it wanted to. */
    boolean isOver() {
        return !thread.isAlive();
    }

    /** Tells it to stop; its connections stay open. */
    void stop() {
        over.countDown();
    }

    /** Ends its connections, and waits until it has ended. */
    @Override
    public void close() {
        stop();
        try {
            do {
                for (AutoCloseable connection = held.poll(); connection != null; connection = held.poll()) {
                    connection.close();
                }
            } while (!thread.join(Duration.ofMillis(PAUSE_MILLIS)) || !held.isEmpty());
        } catch (Exception e) {
            throw new AssertionError(name, e);
        }
        Throwable wrong = mistake.get();
        if (wrong != null) {
            throw new AssertionError("the attack " + name + " itself is wrong", wrong);
        }
    }

    @Override
    public String toString() {
        return "%-16s %6d rounds, %6d refused or cut off, %6d connections made"
                .formatted(name, rounds.get(), refused.get(), held.size());
    }
}
