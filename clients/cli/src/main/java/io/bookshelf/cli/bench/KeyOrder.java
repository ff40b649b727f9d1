package io.bookshelf.cli.bench;

/** Which key the next put goes to. Shared by the writers of one loop, so not thread-safe. */
interface KeyOrder {
    /** The next key's index, or -1 when there is nothing more to put. */
    int next();

    /** Each key once, in order. */
    static KeyOrder once(int count) {
        return new KeyOrder() {
            private int key;

            @Override
            public int next() {
                return key < count ? key++ : -1;
            }
        };
    }

    /** Round and round, in order. */
    static KeyOrder cycle(int count) {
        return new KeyOrder() {
            private int key = -1;

            @Override
            public int next() {
                key = key + 1 == count ? 0 : key + 1;
                return key;
            }
        };
    }

    /** Any of them, for ever: the same sequence in every run (Marsaglia's xorshift). */
    static KeyOrder random(int count) {
        return new KeyOrder() {
            private int state = 0x9E3779B9;

            @Override
            public int next() {
                state ^= state << 13;
                state ^= state >>> 17;
                state ^= state << 5;
                return Integer.remainderUnsigned(state, count);
            }
        };
    }

    /** Each key that was written and is not removed, in order. */
    static KeyOrder written(KeySpace space) {
        return new KeyOrder() {
            private int from;

            @Override
            public int next() {
                int key = space.nextWritten(from);
                from = key < 0 ? space.count() : key + 1;
                return key;
            }
        };
    }
}
