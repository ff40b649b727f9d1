package io.bookshelf.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

class MainTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @CsvSource({"--version", "-V", "version"})
    void printsItsVersion(String argument) {
        assertThat(execute(argument)).isZero();
        assertThat(out.toString()).matches("bookshelf \\d+\\.\\d+\\.\\d+\\S*\\R");
        assertThat(err.toString()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "help",
        "--help",
        "run --help",
        "help run",
        "demo --help",
        "pair --help",
        "passwd --help",
        "pki --help",
        "pki issue --help",
        "backup --help",
        "restore --help",
        "doctor --help"
    })
    void explainsItself(String arguments) {
        assertThat(execute(arguments.split(" "))).isZero();
        assertThat(out.toString()).contains("Usage: bookshelf");
    }

    /** As a shell would split them: what the examples of the commands use of one is quotes, pipes and redirections. */
    private static final Pattern EXAMPLE = Pattern.compile("\\bbookshelf ([^|<>)]+)");

    private static final Pattern WORD = Pattern.compile("'([^']*)'|(\\S+)");

    static Stream<Named<CommandSpec>> commands() {
        return below(Main.commandLine("").getCommandSpec())
                .filter(each -> !(each.userObject() instanceof CommandLine.HelpCommand))
                .map(each -> Named.of(each.qualifiedName(" "), each));
    }

    private static Stream<CommandSpec> below(CommandSpec command) {
        return Stream.concat(
                Stream.of(command),
                command.subcommands().values().stream()
                        .map(CommandLine::getCommandSpec)
                        .filter(each -> !each.usageMessage().hidden())
                        .flatMap(MainTest::below));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void showsAnExampleThatIsRightUsage(CommandSpec command) {
        List<String> examples = Stream.of(command.usageMessage().footer())
                .dropWhile(line -> !line.matches("Examples?: .*"))
                .flatMap(line -> EXAMPLE.matcher(line).results())
                .map(found -> found.group(1))
                .toList();
        String name = command.qualifiedName(" ").replaceFirst("^bookshelf ?", "");
        assertThat(examples).anyMatch(example -> example.startsWith(name));
        for (String example : examples) {
            String[] words = WORD.matcher(example)
                    .results()
                    .map(word -> word.group(1) == null ? word.group() : word.group(1))
                    .toArray(String[]::new);
            assertThatNoException().as(example).isThrownBy(() -> Main.commandLine(words[0])
                    .parseArgs(words));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | say what to do",
                "rnu | there is no command rnu; did you mean run?",
                "run --mqqt 127.0.0.1:1 | did you mean --mqtt?",
                "run --verbose | there is no option --verbose",
                "run --mqtt 1883 | must be HOST:PORT",
                "run --web a:99999 | must have a port from 0 to 65535",
                "run --unit | Missing required parameter for option '--unit'",
                "run --unit a/b | --unit must be 1 to 63 letters",
                "run --unit a --unit b | should be specified only once",
                "pair --url http://127.0.0.1:8080 | is no address of a unit: write mqtt://HOST:PORT",
                "run here | there is one argument too many, here",
                "run --config /does/not/exist.toml | there is no file /does/not/exist.toml",
                "demo --units 0 | --units must be from 1 to 24, not 0",
                "demo --units 25 | --units must be from 1 to 24, not 25",
                "demo --units many | is not an int",
                "passwd | Missing required parameters: 'FILE', 'USER'",
                "passwd /tmp/file a:b | a user name has no colon",
            })
    void aMistakeIsOneSentenceAndExitCodeTwo(String arguments, String part) {
        assertThat(execute(arguments.isEmpty() ? new String[0] : arguments.split(" ")))
                .isEqualTo(2);
        assertThat(err.toString()).startsWith("bookshelf: ").contains(part).hasLineCount(1);
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void aPortThatIsTakenIsOneSentenceAndExitCodeTwo(@TempDir Path data) throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String mqtt = "127.0.0.1:" + taken.getLocalPort();
            assertThat(execute("run", "--data", data.toString(), "--mqtt", mqtt, "--web", "127.0.0.1:0"))
                    .isEqualTo(2);
        }
        assertThat(err.toString()).startsWith("bookshelf: ").contains("--mqtt").hasLineCount(1);
    }

    private int execute(String... arguments) {
        CommandLine line = Main.commandLine(arguments.length > 0 ? arguments[0] : "");
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        return line.execute(arguments);
    }
}
