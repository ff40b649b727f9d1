package io.bookshelf.cli.bench;

/** The keys of one scenario: {@code prefix/k0000000} and on. Remembers which were written, so that they can be removed. */
final class KeySpace {
    private final String prefix;
    private final boolean[] written;

    KeySpace(String prefix, int count) {
        this.prefix = prefix;
        this.written = new boolean[count];
    }

    String prefix() {
        return prefix;
    }

    int count() {
        return written.length;
    }

    void write(int key) {
        written[key] = true;
    }

    void remove(int key) {
        written[key] = false;
    }

    /** The first written key from {@code from} on, or -1. */
    int nextWritten(int from) {
        for (int key = from; key < written.length; key++) {
            if (written[key]) {
                return key;
            }
        }
        return -1;
    }

    /** How many keys are written and not removed. */
    int writtenCount() {
        int sum = 0;
        for (boolean one : written) {
            sum += one ? 1 : 0;
        }
        return sum;
    }
}
