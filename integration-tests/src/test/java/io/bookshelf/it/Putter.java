package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;

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
            assertThat(ack.reason()).isLessThan(0x80);
            assertThat(ack.id()).isEqualTo(i % 65_535 + 1);
            window.release();
            acknowledged.run();
        }
        sender.join();
    }

    static void putAll(RawMqtt client, int count, IntFunction<Put> puts) throws InterruptedException {
        putAll(client, count, puts, () -> {});
    }
}
