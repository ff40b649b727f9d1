package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A real unit's store, copied by another process while the unit takes writes, and put back. */
final class BackupIT {
    private static final int BEFORE = 500;

    @RegisterExtension
    final Units units = Units.perTest();

    private record Said(int code, String text) {}

    private static Said bookshelf(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(UnitJvm.command());
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Said(process.waitFor(), said);
    }

    @Test
    void itHoldsAllThatWasAcknowledgedBeforeAndThatIsThereAgainAfterwards() throws Exception {
        UnitProcess unit = units.start();
        RawMqtt client = units.client(unit, Connect.v5("w"));
        for (int i = 0; i < BEFORE; i++) {
            client.put("k/" + i, "before");
        }
        AtomicBoolean enough = new AtomicBoolean();
        RawMqtt other = units.client(unit, Connect.v5("busy"));
        Thread busy = Thread.ofPlatform().start(() -> {
            for (int i = 0; !enough.get(); i++) {
                other.put("busy/" + i % 5_000, "x".repeat(1_000));
            }
        });
        Path backup = units.folder().resolve("hall.backup");
        String data = unit.data().toString();
        Said made = bookshelf("backup", backup.toString(), "--data", data);
        enough.set(true);
        busy.join();
        assertThat(made.code).as(made.text).isZero();
        client.put("k/0", "after");
        client.put("k/later", "after");

        Said refused = bookshelf("restore", backup.toString(), "--data", data);
        assertThat(refused.code).as(refused.text).isEqualTo(2);
        assertThat(refused.text).hasLineCount(1).contains("a unit runs on " + data);
        String url = "mqtt://127.0.0.1:" + unit.mqtt().getPort();
        Said another = bookshelf("restore", backup.toString(), "--data", data, "--unit", "somebody", "--url", url);
        assertThat(another.text).contains("the unit unit-under-test, not somebody");
        Said through =
                bookshelf("restore", backup.toString(), "--data", data, "--unit", "unit-under-test", "--url", url);
        assertThat(through.code).as(through.text).isZero();
        assertThat(client.snapshot(0, "k/0", "k/later"))
                .extracting(Packet::text)
                .containsExactly("before", "after");
        Said running = bookshelf("doctor", "--data", data);
        assertThat(running.code).as(running.text).isZero();
        assertThat(running.text).contains("is in use: the unit runs", "rows that are whole");

        unit.kill9();
        Said restored = bookshelf("restore", backup.toString(), "--data", data);
        assertThat(restored.code).as(restored.text).isZero();
        unit.start();
        assertThat(units.client(unit, Connect.v5("r")).snapshot(0, "k/#"))
                .hasSize(BEFORE)
                .extracting(Packet::text)
                .containsOnly("before");
    }
}
