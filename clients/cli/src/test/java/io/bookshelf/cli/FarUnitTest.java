package io.bookshelf.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** Commands against a unit that is gone, silent, something else, or refusing: one sentence, an exit code, and an end. */
@Execution(ExecutionMode.CONCURRENT)
class FarUnitTest {
    private static final List<List<String>> COMMANDS = List.of(
            List.of("get", "lights/hall"),
            List.of("put", "lights/hall", "on"),
            List.of("list", "lights/"),
            List.of("watch", "lights/#"));

    /** What stands at the other end of the cable, and what is made of it. */
    private enum OtherEnd {
        NOBODY(3, "nobody answers at mqtt://127.0.0.1:", ""),
        SILENT(3, "takes the connection and does not answer", ""),
        A_WEB_SERVER(3, "takes the connection and does not answer", text("HTTP/1.1 400 Bad Request\r\n\r\n")),
        GARBAGE(3, "takes the connection and does not answer", "f0ffffff7f00deadbeef"),
        /** CONNACK 0x87. */
        REFUSING(4, "does not let this client in: not authorized", "2003008700"),
        /** CONNACK 0x00, and then nothing. */
        MUTE(3, "came within 2", "2003000000");

        private final int code;
        private final String part;
        private final String answer;

        OtherEnd(int code, String part, String answer) {
            this.code = code;
            this.part = part;
            this.answer = answer;
        }

        private static String text(String answer) {
            return HexFormat.of().formatHex(answer.getBytes(StandardCharsets.US_ASCII));
        }
    }

    static Stream<Arguments> all() {
        return Stream.of(OtherEnd.values()).flatMap(end -> COMMANDS.stream()
                // A watch of a unit that is there waits, as long as it takes, for something to happen.
                .filter(command -> end != OtherEnd.MUTE || !command.getFirst().equals("watch"))
                .map(command -> Arguments.of(end, command)));
    }

    @ParameterizedTest
    @MethodSource("all")
    @Timeout(60)
    void saysInASentenceWhatIsWrongAndEnds(OtherEnd end, List<String> command) throws IOException {
        InetAddress here = InetAddress.getLoopbackAddress();
        // A port that is taken and does not listen is nobody's for as long as the test lasts.
        try (ServerSocket server = new ServerSocket(0, 50, here);
                Socket nobody = new Socket()) {
            nobody.bind(new InetSocketAddress(here, 0));
            Thread.ofVirtual().start(() -> serve(server, HexFormat.of().parseHex(end.answer)));
            int port = end == OtherEnd.NOBODY ? nobody.getLocalPort() : server.getLocalPort();
            StringWriter out = new StringWriter();
            StringWriter err = new StringWriter();
            List<String> words = new ArrayList<>(command);
            words.addAll(List.of("--timeout", "2s", "--url", "mqtt://127.0.0.1:" + port));
            CommandLine line = Main.commandLine(words.getFirst());
            line.setOut(new PrintWriter(out));
            line.setErr(new PrintWriter(err));
            assertThat(line.execute(words.toArray(String[]::new)))
                    .as(err.toString())
                    .isEqualTo(end.code);
            assertThat(err.toString())
                    .startsWith("bookshelf: ")
                    .hasLineCount(1)
                    .contains(end == OtherEnd.MUTE && command.contains("list") ? "is no Bookshelf unit" : end.part)
                    .doesNotContain("Exception", "io.bookshelf", "com.hivemq");
            assertThat(out.toString()).isEmpty();
        }
    }

    /** Answers what comes first on each connection, then only reads. */
    private static void serve(ServerSocket server, byte[] answer) {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                Thread.ofVirtual().start(() -> answer(socket, answer));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private static void answer(Socket socket, byte[] answer) {
        try (socket;
                InputStream in = socket.getInputStream();
                OutputStream out = socket.getOutputStream()) {
            if (in.read() >= 0) {
                out.write(answer);
                out.flush();
                in.transferTo(OutputStream.nullOutputStream());
            }
        } catch (IOException gone) {
            // the command has ended
        }
    }
}
