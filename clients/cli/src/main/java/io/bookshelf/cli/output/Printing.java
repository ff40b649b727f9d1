package io.bookshelf.cli.output;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * Standard output and standard error of a command. Where one of them is a terminal, all that is printed to it passes a
 * {@link VisibleStream}: keys, values and names come from others, and a terminal obeys what it is sent. In a pipe or a file
 * every byte stays what it is.
 */
public final class Printing {
    private static final int OUT = 1;
    private static final int ERR = 2;
    private static final Pattern TERMINAL = Pattern.compile("/dev/(pts/|tty|console|hvc|ttyS).*");

    private Printing() {}

    /** From here on {@link System#out} and {@link System#err} are safe for a terminal. Before the first is printed to. */
    public static void install() {
        boolean out = isTerminal(OUT);
        boolean err = isTerminal(ERR);
        if (out || err) {
            System.setOut(stream(FileDescriptor.out, out));
            System.setErr(stream(FileDescriptor.err, err));
        }
    }

    private static PrintStream stream(FileDescriptor descriptor, boolean terminal) {
        return new PrintStream(
                new VisibleStream(new FileOutputStream(descriptor), terminal), true, StandardCharsets.UTF_8);
    }

    /** Writes out what was held back, before the process ends. */
    public static void end() {
        System.out.close();
        System.err.flush();
    }

    /** Is standard output a terminal? */
    public static boolean outIsTerminal() {
        return isTerminal(OUT);
    }

    /** Is standard error a terminal? */
    public static boolean errIsTerminal() {
        return isTerminal(ERR);
    }

    /** The console of the JDK would say so only where standard input is one, too. */
    private static boolean isTerminal(int descriptor) {
        try {
            return TERMINAL.matcher(Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor))
                            .toString())
                    .matches();
        } catch (IOException noSuchFolder) {
            return System.console() != null && System.console().isTerminal();
        }
    }

    /** A control sequence of this program's own, such as a colour, to be printed among other text. */
    public static String control(String sequence) {
        return VisibleStream.MARK + sequence + VisibleStream.END;
    }
}
