package io.bookshelf.broker.session;

import java.util.Random;

/** What somebody wants published. */
record SimPublish(String name, String topic, byte[] payload, boolean retain, long expirySeconds) {
    static SimPublish any(Random random, String[] keys, byte[] payload, boolean expires) {
        boolean retain = random.nextInt(3) > 0;
        boolean delete = retain && random.nextInt(4) == 0;
        return new SimPublish(
                "",
                keys[random.nextInt(keys.length)],
                delete ? new byte[0] : payload,
                retain,
                expires && random.nextInt(3) == 0 ? 1 + random.nextInt(8) : 0);
    }

    SimPublish named(String other) {
        return new SimPublish(other, topic, payload, retain, expirySeconds);
    }
}
