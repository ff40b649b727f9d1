package io.bookshelf.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import picocli.CommandLine;

@ResourceLock(Resources.SYSTEM_ERR)
final class BenchCommandTest {
    @Test
    void saysInOneSentenceThatNoBrokerAnswers() throws IOException {
        int port;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }
        assertThat(failure("--url", "mqtt://127.0.0.1:" + port))
                .isEqualTo("bookshelf bench: no broker answers at 127.0.0.1:" + port + ": Connection refused");
    }

    @Test
    void refusesAnotherScheme() {
        assertThat(failure("--url", "mqtts://127.0.0.1:8883"))
                .contains("plain TCP")
                .contains("mqtts://127.0.0.1:8883");
    }

    @Test
    void namesTheScenariosThatThereAre() {
        assertThat(failure("put")).contains("no scenario is called put").contains("puts, put1, latency");
    }

    @Test
    void refusesAValueTooSmallToCarryItsTime() {
        assertThat(failure("--size", "15")).contains("--size must be between 16 and 1,048,576, not 15");
    }

    @Test
    void measuresNothingButLatencyAtTwoBrokers() {
        String two = "mqtt://127.0.0.1:1";
        String wrong = "only latency is measured at two brokers: give --subscribe-url with the scenario latency alone";
        assertThat(failure("--subscribe-url", two)).contains(wrong);
        assertThat(failure("--subscribe-url", two, "latency", "puts")).contains(wrong);
    }

    private static String failure(String... args) {
        PrintStream before = System.err;
        ByteArrayOutputStream heard = new ByteArrayOutputStream();
        try (PrintStream ear = new PrintStream(heard, true, StandardCharsets.UTF_8)) {
            System.setErr(ear);
            assertThat(new CommandLine(new BenchCommand()).execute(args)).isEqualTo(2);
        } finally {
            System.setErr(before);
        }
        return heard.toString(StandardCharsets.UTF_8).strip();
    }
}
