package io.bookshelf.cli.output;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * Shows what a terminal would obey instead of printing it: control characters (but line breaks and tabs), characters that turn
 * the direction of writing or cannot be seen, as {@code \}{@code u001b}; bytes that are no UTF-8 as {@code \}{@code xff}.
 * Control sequences of this program's own are marked with what nobody outside can know, and pass.
 */
final class VisibleStream extends OutputStream {
    /** Stands before a control sequence of this program's own; another one in each process. */
    static final String MARK = "\u001b<" + UUID.randomUUID() + ":";

    /** Stands behind it; in none of them. */
    static final String END = "\u0000";

    private static final byte[] MARK_BYTES = MARK.getBytes(StandardCharsets.US_ASCII);
    private static final int MOST_HELD = 8_192;
    private static final int ZERO_WIDTH_NON_JOINER = 0x200C;
    private static final int ZERO_WIDTH_JOINER = 0x200D;

    private final OutputStream to;
    private final boolean terminal;
    private final ByteArrayOutputStream held = new ByteArrayOutputStream();

    /** @param terminal false: all passes, but the sequences that are marked */
    VisibleStream(OutputStream to, boolean terminal) {
        this.to = to;
        this.terminal = terminal;
    }

    @Override
    public void write(int one) throws IOException {
        held.write(one);
        passIfMuch();
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        held.write(bytes, from, length);
        passIfMuch();
    }

    private void passIfMuch() throws IOException {
        if (held.size() > MOST_HELD) {
            pass(false);
        }
    }

    @Override
    public void flush() throws IOException {
        pass(false);
        to.flush();
    }

    @Override
    public void close() throws IOException {
        pass(true);
        to.close();
    }

    /** @param last what cannot be judged without what follows is not kept */
    private void pass(boolean last) throws IOException {
        byte[] bytes = held.toByteArray();
        int end = last ? bytes.length : judged(bytes);
        held.reset();
        held.write(bytes, end, bytes.length - end);
        int from = 0;
        while (from < end) {
            int mark = indexOf(bytes, from, end);
            text(bytes, from, mark);
            from = mark;
            if (mark < end) {
                int close = close(bytes, mark, end);
                if (terminal) {
                    to.write(bytes, mark + MARK_BYTES.length, close - mark - MARK_BYTES.length);
                }
                from = close + 1;
            }
        }
    }

    private static int indexOf(byte[] bytes, int from, int end) {
        for (int i = from; i <= end - MARK_BYTES.length; i++) {
            if (startsMark(bytes, i, end) == MARK_BYTES.length) {
                return i;
            }
        }
        return end;
    }

    /** How many bytes from there on are those of the mark. */
    private static int startsMark(byte[] bytes, int from, int end) {
        int same = 0;
        while (same < MARK_BYTES.length && from + same < end && bytes[from + same] == MARK_BYTES[same]) {
            same++;
        }
        return same;
    }

    /** Up to where all is known: not into a marked sequence, nor into a character. */
    private static int judged(byte[] bytes) {
        for (int i = 0; i < bytes.length; i++) {
            int same = startsMark(bytes, i, bytes.length);
            int close = same == MARK_BYTES.length ? close(bytes, i, bytes.length) : i;
            if (close == bytes.length || same > 0 && i + same == bytes.length) {
                return i;
            }
            i = close;
        }
        for (int back = 1; back <= Math.min(3, bytes.length); back++) {
            int one = bytes[bytes.length - back] & 0xFF;
            if (one >= 0xC0) {
                int length = one >= 0xF0 ? 4 : one >= 0xE0 ? 3 : 2;
                return length > back ? bytes.length - back : bytes.length;
            }
        }
        return bytes.length;
    }

    /** Where the sequence that is marked there is over. */
    private static int close(byte[] bytes, int mark, int end) {
        int close = mark + MARK_BYTES.length;
        while (close < end && bytes[close] != 0) {
            close++;
        }
        return close;
    }

    private void text(byte[] bytes, int from, int end) throws IOException {
        if (terminal) {
            to.write(visible(ByteBuffer.wrap(bytes, from, end - from)).getBytes(StandardCharsets.UTF_8));
        } else {
            to.write(bytes, from, end - from);
        }
    }

    private static String visible(ByteBuffer bytes) {
        CharsetDecoder utf8 = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        StringBuilder shown = new StringBuilder(bytes.remaining());
        CharBuffer chars = CharBuffer.allocate(bytes.remaining() + 1);
        while (true) {
            CoderResult result = utf8.decode(bytes, chars, true);
            chars.flip().codePoints().forEach(each -> append(shown, each));
            chars.clear();
            if (result.isUnderflow()) {
                return shown.toString();
            }
            for (int i = 0; i < result.length(); i++) {
                shown.append("\\x%02x".formatted(bytes.get() & 0xFF));
            }
            utf8.reset();
        }
    }

    private static void append(StringBuilder shown, int codePoint) {
        if (isPlain(codePoint)) {
            shown.appendCodePoint(codePoint);
        } else {
            for (char unit : Character.toChars(codePoint)) {
                shown.append("\\u%04x".formatted((int) unit));
            }
        }
    }

    private static boolean isPlain(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL -> codePoint == '\n' || codePoint == '\t';
            case Character.FORMAT -> codePoint == ZERO_WIDTH_NON_JOINER || codePoint == ZERO_WIDTH_JOINER;
            case Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SURROGATE -> false;
            default -> true;
        };
    }
}
