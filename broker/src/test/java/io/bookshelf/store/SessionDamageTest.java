package io.bookshelf.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.schema.Key;
import io.bookshelf.schema.ValueProperties;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A session of which rows are damaged is not taken for whole, here and in the file that replaces this one. */
final class SessionDamageTest {
    private static final int PAGE_BYTES = 4096;

    @TempDir
    private Path folder;

    private SqliteStateStore open() {
        return SqliteStateStore.open(
                folder, StoreOptions.defaults().withReserveBytes(0).withCheckEveryMillis(Long.MAX_VALUE));
    }

    @BeforeEach
    void fill() {
        try (SqliteStateStore store = open();
                WriteTransaction tx = store.begin()) {
            for (String client : List.of("a", "b")) {
                tx.apply(new SessionChange.SaveSession(client, 60, 1, 0));
                tx.apply(new SessionChange.Subscribe(client, "kitchen/#", 1, 0, false, 1));
                tx.apply(new SessionChange.Subscribe(client, "other/#", 1, 0, false, 2));
                for (int number = 1; number <= 4; number++) {
                    tx.apply(event(client, number));
                }
                tx.apply(new SessionChange.DropEvent(client, 3));
                tx.apply(new SessionChange.DropEvent(client, 4));
                tx.apply(new SessionChange.SaveInFlight(client, 7, 1, Key.of("kitchen/lamp"), 0, false, 1));
                tx.apply(new SessionChange.SaveInFlight(client, 8, 1, null, 1, false, 2));
                tx.apply(new SessionChange.SaveIncoming(client, 9));
            }
            tx.commit(1, 5, Map.of());
        }
    }

    private static SessionChange.QueuedEvent event(String client, long number) {
        return new SessionChange.QueuedEvent(
                client, number, 0, "kitchen/t", new byte[3], 1, false, new int[0], ValueProperties.NONE, 0, 0);
    }

    private void damage(String table, String where) throws Exception {
        sql("UPDATE " + table + " SET checksum=checksum+1 WHERE client=CAST('a' AS BLOB) AND " + where);
    }

    private void sql(String statement) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("state.db"));
                Statement run = connection.createStatement()) {
            assertThat(run.executeUpdate(statement)).isPositive();
        }
    }

    private static StoreReader.SessionEnd read(StoreReader reader, String client) {
        return reader.session(client, row -> {});
    }

    @ParameterizedTest
    @CsvSource({
        "session,false",
        "subscription,false",
        "inflight,false",
        "incoming,false",
        "session_cursor,true",
        "session_last_event,true",
        "event,true"
    })
    void isSaidOfWhatTheSessionCannotBeWithout(String table, boolean whole) throws Exception {
        damage(table, "item=(SELECT min(item) FROM " + table + ")");
        try (SqliteStateStore store = open();
                StoreReader reader = store.openReader()) {
            assertThat(read(reader, "a").whole()).isEqualTo(whole);
            assertThat(read(reader, "b").whole()).isTrue();
        }
    }

    /** Only whole rows are taken over, so the replacement alone would not show that one is lost. */
    @ParameterizedTest
    @ValueSource(strings = {"subscription", "inflight", "incoming"})
    void isStillSaidOnceTheFileIsReplaced(String table) throws Exception {
        damage(table, "item=(SELECT max(item) FROM " + table + ")");
        try (SqliteStateStore store = open()) {
            store.replaceAtNextBegin();
            store.begin().close();
        }
        try (SqliteStateStore store = open();
                StoreReader reader = store.openReader()) {
            assertThat(store.health().filesSetAside()).hasSize(1);
            assertThat(read(reader, "a").whole()).isFalse();
            assertThat(read(reader, "b").whole()).isTrue();
            try (WriteTransaction tx = store.begin()) {
                tx.apply(new SessionChange.DropSession("a"));
                tx.apply(new SessionChange.SaveSession("a", 60, 1, 0));
                tx.commit(2, 6, Map.of());
            }
            assertThat(read(reader, "a").whole()).as("a new one").isTrue();
        }
    }

    /** Nobody knows then whose subscriptions they were. */
    @Test
    void isSaidOfAllOnceATableCouldNotBeRead() throws Exception {
        long page;
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("state.db"));
                Statement select = connection.createStatement();
                ResultSet root = select.executeQuery("SELECT rootpage FROM sqlite_schema WHERE name='subscription'")) {
            page = root.getLong(1);
        }
        try (FileChannel file = FileChannel.open(folder.resolve("state.db"), StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.allocate(PAGE_BYTES), (page - 1) * PAGE_BYTES);
        }
        try (SqliteStateStore store = open()) {
            store.replaceAtNextBegin();
            store.begin().close();
        }
        try (SqliteStateStore store = open();
                StoreReader reader = store.openReader()) {
            assertThat(store.health().filesSetAside()).hasSize(1);
            List<SessionChange> sessions = new ArrayList<>();
            reader.eachSession(sessions::add);
            assertThat(sessions).hasSize(2);
            assertThat(read(reader, "a").whole()).isFalse();
            assertThat(read(reader, "b").whole()).isFalse();
        }
    }

    @Test
    void numbersThatAnUnreadableRowHeldAreNotGivenAgain() throws Exception {
        damage("session_last_event", "item=0");
        long last;
        try (SqliteStateStore store = open();
                StoreReader reader = store.openReader()) {
            last = read(reader, "a").lastEvent();
            assertThat(last).isGreaterThanOrEqualTo(4);
            assertThat(read(reader, "b").lastEvent()).isEqualTo(4);
            try (WriteTransaction tx = store.begin()) {
                tx.apply(event("a", last + 1));
                tx.commit(2, 6, Map.of());
            }
            List<Long> numbers = new ArrayList<>();
            reader.events("a", 0, 10, 1 << 20).forEach(each -> numbers.add(each.number()));
            assertThat(numbers).containsExactly(2L, last + 1);
        }
        try (SqliteStateStore store = open();
                StoreReader reader = store.openReader()) {
            assertThat(read(reader, "a").lastEvent()).isEqualTo(last + 1);
        }
    }

    /** A packet in flight names its event by number: another event under it would be sent in its place. */
    @Test
    void theNumberOfAPacketWhoseEventIsGoneIsNotGivenAgain() throws Exception {
        sql("DELETE FROM session_last_event");
        sql("DELETE FROM event");
        try (SqliteStateStore store = open();
                StoreReader reader = store.openReader()) {
            assertThat(read(reader, "a").lastEvent()).isPositive();
        }
    }
}
