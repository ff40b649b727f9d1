package io.bookshelf.cli.config;

import java.io.Reader;
import java.util.Objects;

/** Reads a text and knows on which line the last character that was read stands. */
final class LineReader extends Reader {
    private final String text;
    private int position;

    LineReader(String text) {
        this.text = text;
    }

    @Override
    public int read(char[] into, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, into.length);
        if (position == text.length()) {
            return -1;
        }
        int count = Math.min(length, text.length() - position);
        text.getChars(position, position + count, into, offset);
        position += count;
        return count;
    }

    int line() {
        String before = text.substring(0, Math.max(0, position - 1));
        return 1 + (int) before.chars().filter(c -> c == '\n').count();
    }

    @Override
    public void close() {
        // There is nothing to release.
    }
}
