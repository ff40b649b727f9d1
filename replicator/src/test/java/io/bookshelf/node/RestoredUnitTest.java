package io.bookshelf.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookshelf.node.TestNodes.TestNode;
import io.bookshelf.store.Progress;
import io.bookshelf.store.StoreBackup;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A unit whose store was put back to an older state: the network loses nothing that is newer than the backup. */
final class RestoredUnitTest {
    @TempDir
    private Path root;

    private static void put(TestNode unit, String key, String value) {
        unit.publish(key, value.getBytes(UTF_8));
    }

    private static void hasAll(TestNode unit, String... keysAndValues) {
        await().atMost(TestNodes.PATIENCE).untilAsserted(() -> {
            for (int i = 0; i < keysAndValues.length; i += 2) {
                assertThat(unit.text(keysAndValues[i]))
                        .as(unit.name + ": " + keysAndValues[i])
                        .isEqualTo(keysAndValues[i + 1]);
            }
        });
    }

    @Test
    void anOldStoreThatIsPutBackBringsNothingBackAndLosesNothing() {
        try (TestNodes home = new TestNodes(root)) {
            home.issue("hall", 90);
            home.issue("attic", 90);
            TestNode attic = home.start("attic", CertificateSettings.DEFAULTS, "hall");
            TestNode hall = home.start("hall", CertificateSettings.DEFAULTS, "attic");
            put(hall, "k/changed", "old");
            put(hall, "k/deleted", "old");
            put(attic, "k/attic", "old");
            put(hall, "k/both", "old");
            hasAll(attic, "k/changed", "old", "k/deleted", "old", "k/both", "old");
            hasAll(hall, "k/attic", "old");

            Path data = root.resolve("hall").resolve("data");
            Path backup = root.resolve("hall.backup");
            StoreBackup.make(data, backup, Progress.UNSEEN);
            put(hall, "k/changed", "new");
            put(hall, "k/deleted", "");
            put(hall, "k/added", "new");
            put(attic, "k/attic", "new");
            put(hall, "k/both", "hall");
            hasAll(attic, "k/changed", "new", "k/deleted", "", "k/added", "new", "k/both", "hall");
            put(attic, "k/both", "attic");
            hasAll(hall, "k/attic", "new", "k/both", "attic");
            hall.node.close();
            assertThat(StoreBackup.putBack(backup, data, Progress.UNSEEN).setAside())
                    .isRegularFile();

            TestNode restored = home.start("hall", CertificateSettings.DEFAULTS, "attic");
            String[] newest = {
                "k/changed", "new", "k/deleted", "", "k/added", "new", "k/attic", "new", "k/both", "attic"
            };
            hasAll(restored, newest);
            restored.peer("attic", document -> document.contains("in sync"));
            hasAll(attic, newest);
            // Were its next writes numbered as those that the backup has not: the other unit would take them for known.
            put(restored, "k/fresh", "1");
            put(restored, "k/changed", "newer");
            put(attic, "k/added", "newer");
            hasAll(attic, "k/fresh", "1", "k/changed", "newer");
            hasAll(restored, "k/added", "newer", "k/deleted", "");
        }
    }
}
