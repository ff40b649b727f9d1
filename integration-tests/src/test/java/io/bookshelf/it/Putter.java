package io.bookshelf.it;

import java.util.concurrent.Semaphore;
import java.util.function.IntFunction;

/** Puts many keys with QoS 1 and a window of unacknowledged packets. */
final class Putter {
    private static final int WINDOW = 200;

    private Putter() {}

    /** One retained message. */
    record Put(String key, String value) {}

    /** Puts {@code count} messages and returns when each has been acknowledged; {@code acknowledged} is run for each. */
    static void putAll(RawMqtt client, int count, IntFunction<Put> puts, Runnable acknowledged)
            throws InterruptedException {
        Semaphore window = new Semaphore(WINDOW);
        Thread sender = Thread.ofVirtual().start(() -> {
            for (int i = 0; i < count; i++) {
                window.acquireUninterruptibly();
                Put put = puts.apply(i);
                client.publish(put.key, put.value, 1, true, i % 65_535 + 1);
            }
        });
        for (int i = 0; i < count; i++) {
            Packet ack = client.expect(Packet.PUBACK);
            if (ack.reason() >= 0x80 || ack.id() != i % 65_535 + 1) {
                throw new AssertionError("not the acknowledgement of put " + i + ": " + ack);
            }
            window.release();
            acknowledged.run();
        }
        sender.join();
    }

    static void putAll(RawMqtt client, int count, IntFunction<Put> puts) throws InterruptedException {
        putAll(client, count, puts, () -> {});
    }
}
