package io.bookshelf.cli;

import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/**
 * Standard error, as the log's backend writes to it: what is printed as a line is one line of printable characters. Log lines
 * repeat what strangers are called and what they say (client ids, topics, user names, certificates, peers' reasons); here no
 * statement can forget that a line feed in it would forge a line, and an escape sequence command the terminal of the reader.
 * Stack traces are printed line by line, each message in its line, and keep the tabs at the start.
 */
final class LogLines extends PrintStream {
    private LogLines(PrintStream to) {
        super(to, true, to.charset());
    }

    /** Puts itself in front of {@link System#err}, for the rest of the process. */
    static void install() {
        System.setErr(over(System.err));
    }

    static PrintStream over(PrintStream to) {
        return new LogLines(to);
    }

    @Override
    public void println(@Nullable String line) {
        super.println(printable(String.valueOf(line)));
    }

    @Override
    public void println(@Nullable Object line) {
        println(String.valueOf(line));
    }

    /** The text with everything that moves a cursor, ends a line or turns the writing direction as an escape. */
    static String printable(String text) {
        int start = 0;
        while (start < text.length() && text.charAt(start) == '\t') {
            start++;
        }
        int at = start;
        while (at < text.length() && isPlain(text, at)) {
            at++;
        }
        if (at == text.length()) {
            return text;
        }
        StringBuilder plain = new StringBuilder(text.length() + 16).append(text, 0, at);
        for (; at < text.length(); at++) {
            char c = text.charAt(at);
            if (isPlain(text, at)) {
                plain.append(c);
            } else {
                switch (c) {
                    case '\n' -> plain.append("\\n");
                    case '\r' -> plain.append("\\r");
                    case '\t' -> plain.append("\\t");
                    default -> plain.append("\\u%04x".formatted((int) c));
                }
            }
        }
        return plain.toString();
    }

    private static boolean isPlain(String text, int at) {
        char c = text.charAt(at);
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> false;
            case Character.SURROGATE ->
                isPaired(text, at) && Character.getType(codePoint(text, at)) != Character.FORMAT;
            default -> true;
        };
    }

    private static int codePoint(String text, int at) {
        return text.codePointAt(Character.isLowSurrogate(text.charAt(at)) ? at - 1 : at);
    }

    private static boolean isPaired(String text, int at) {
        return Character.isHighSurrogate(text.charAt(at))
                ? at + 1 < text.length() && Character.isLowSurrogate(text.charAt(at + 1))
                : at > 0 && Character.isHighSurrogate(text.charAt(at - 1));
    }
}
