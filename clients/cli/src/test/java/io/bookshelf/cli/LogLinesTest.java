package io.bookshelf.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is printed as a line of the log is one line, whatever strangers have put into it. */
final class LogLinesTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream log = LogLines.over(new PrintStream(bytes, true, UTF_8));

    private List<String> lines() {
        return bytes.toString(UTF_8).lines().toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\n",
                "\r",
                "\r\n",
                "\u001b[2J",
                "\u0000",
                "\u0007",
                "\u007f",
                "\u0085",
                "\u009b31m",
                "\u2028",
                "\u2029",
                "\u202e",
                "\u2066",
                "\ufeff",
                "\ud83d",
                "\udb40\udc01",
                "\t"
            })
    void noCharacterOfALineActsOnItsReader(String evil) {
        log.println("client a" + evil + "b: refused");
        assertThat(lines()).singleElement().satisfies(line -> assertThat(line.chars()
                        .filter(c -> Character.isISOControl(c)
                                || Character.getType(c) == Character.FORMAT
                                || c == 0x2028
                                || c == 0x2029
                                || c == '?'))
                .as(line)
                .isEmpty());
        assertThat(lines().getFirst()).startsWith("client a\\").endsWith("b: refused");
    }

    @Test
    void saysWhatItWas() {
        log.println("a\nb\r\u001b[31m\u202e");
        assertThat(lines()).containsExactly("a\\nb\\r\\u001b[31m\\u202e");
    }

    @Test
    void leavesPlainTextAlone() {
        log.println("Küche/灯 😀 \\n ‚hall‘");
        assertThat(lines()).containsExactly("Küche/灯 😀 \\n ‚hall‘");
    }

    @Test
    void aStackTraceKeepsItsLinesAndItsMessagesHaveOneEach() {
        IllegalStateException failure = new IllegalStateException(
                "outer\n\tat forged.Frame", new IllegalArgumentException("inner\u001b[2J\nforged"));
        failure.addSuppressed(new IllegalStateException("third\nforged"));
        failure.printStackTrace(log);
        assertThat(lines())
                .allMatch(line -> line.matches("\\t*(at |Caused by: |Suppressed: |\\.\\.\\. |java\\.lang\\.).*"));
        assertThat(lines()).noneMatch(line -> line.startsWith("\tat forged") || line.contains("\u001b"));
        assertThat(lines().getFirst()).endsWith("outer\\n\\tat forged.Frame");
    }
}
