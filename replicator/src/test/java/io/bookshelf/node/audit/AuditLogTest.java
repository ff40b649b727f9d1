package io.bookshelf.node.audit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.broker.session.ListItem;
import io.bookshelf.bus.Commit;
import io.bookshelf.bus.SetClock;
import io.bookshelf.bus.Submission;
import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.Seen;
import io.bookshelf.schema.ValueProperties;
import io.bookshelf.schema.Version;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The audit log says who did what, over restarts, and stays within its bounds. */
final class AuditLogTest {
    @TempDir
    private Path folder;

    private final SetClock clock = new SetClock();
    private List<ListItem> published = List.of();

    private AuditLog open() {
        AuditLog log = new AuditLog(folder, "hall", replica -> replica == 7 ? "attic" : "hall", clock);
        log.begin(items -> published = items);
        return log;
    }

    private record Nothing() implements Submission {
        @Override
        public int weight() {
            return 0;
        }
    }

    private static Commit commit(String key, String value, String user, long replica) {
        ValueProperties properties = ValueProperties.NONE.writtenBy(user);
        Entry entry = new Entry(
                Key.of(key),
                value.getBytes(UTF_8),
                value.isEmpty(),
                1,
                properties,
                new Version(1, replica),
                1,
                Seen.NOTHING,
                0,
                1);
        return new Commit(List.of(new Commit.Outcome(new Nothing(), entry, 1, null)), 1);
    }

    private List<String> what() {
        return published.stream().map(ListItem::json).toList();
    }

    @Test
    void saysWhoDidWhatWhereAndWhetherTheTimeIsKnown() throws IOException {
        clock.known = false;
        try (AuditLog log = open()) {
            log.committed(commit("bookshelf/phones/p1", "{\"key\":\"…\"}", "", 1));
            log.committed(commit("bookshelf/phones/p1", "{\"revoked\":true}", "bookshelf://home/owner/ann", 7));
            log.committed(commit("bookshelf/phones/p1", "", "bookshelf://home/owner/ann", 7));
            log.committed(commit("bookshelf/units/attic", "{\"a\":{\"retired\":false},\"retired\":true}", "x", 7));
            log.committed(commit("bookshelf/units/attic", "{\"a\":{\"retired\":true}}", "x", 7));
            log.committed(commit("bookshelf/units/attic", "[\"retired\"", "x", 7));
            log.committed(commit("bookshelf/anything", "v", "x", 7));
            log.committed(commit("lights/hall", "on", "x", 7));
            log.own("access", "access changed", "read again");
        }
        assertThat(what().getLast())
                .isEqualTo("{\"time\":\"2027-01-15T08:00:00Z\",\"known\":false,\"what\":\"phone paired\","
                        + "\"key\":\"bookshelf/phones/p1\",\"by\":\"\",\"unit\":\"hall\","
                        + "\"more\":\"0000000000000001-0000000000000001\"}");
        assertThat(what().reversed())
                .extracting(line -> line.replaceAll(".*\"what\":\"([^\"]*)\".*\"unit\":\"([^\"]*)\".*", "$1 at $2"))
                .containsExactly(
                        "phone paired at hall",
                        "phone revoked at attic",
                        "phone removed at attic",
                        "unit retired at attic",
                        "unit changed at attic",
                        "unit changed at attic",
                        "changed at attic",
                        "access changed at hall");
        assertThat(published.getFirst().key()).isEqualTo("local/bookshelf/access");
        assertThat(Files.readAllLines(folder.resolve("audit.log"))).isEqualTo(what().reversed());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("audit.log"))))
                .isEqualTo("rw-------");
    }

    @Test
    void namesFromOutsideMakeNoLineOfTheirOwnAndAreBounded() throws IOException {
        try (AuditLog log = open()) {
            log.committed(commit("bookshelf/units/x", "v", "evil\n{\"what\":\"lie\"}\u001b[2J", 7));
            log.committed(commit("bookshelf/units/x", "v", "x".repeat(60_000), 7));
        }
        assertThat(Files.readAllLines(folder.resolve("audit.log")))
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).hasSizeLessThan(1_000).doesNotContain("\u001b"));
    }

    @Test
    void aRestartShowsTheLastOnesAndPassesOverAHalfLine() throws IOException {
        try (AuditLog log = open()) {
            log.own("access", "first", "");
        }
        Files.writeString(folder.resolve("audit.log"), "{\"time\":\"20", StandardOpenOption.APPEND);
        try (AuditLog log = open()) {
            log.own("access", "second", "");
        }
        try (AuditLog log = open()) {
            assertThat(log).isNotNull();
        }
        assertThat(what()).hasSize(2).first().asString().contains("second");
    }

    @Test
    void theFilesAreBoundedAndTheNewestIsAlwaysThere() throws IOException {
        AuditFile file = new AuditFile(folder, 1_000);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            lines.add("{\"key\":\"" + i + "\"}");
            file.append(lines.getLast());
        }
        try (var files = Files.list(folder)) {
            List<Path> all = files.toList();
            assertThat(all).hasSize(4);
            for (Path each : all) {
                assertThat(Files.size(each)).isLessThan(1_020);
            }
        }
        assertThat(file.last(64)).isEqualTo(lines.subList(436, 500));
    }

    @Test
    void aFolderThatCannotBeWrittenHoldsUpNobody() throws IOException {
        Files.createDirectory(folder.resolve("audit.log"));
        try (AuditLog log = open()) {
            log.own("access", "changed", "");
        }
        assertThat(what()).singleElement().asString().contains("changed");
    }
}
