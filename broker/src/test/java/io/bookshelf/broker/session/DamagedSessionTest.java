package io.bookshelf.broker.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.broker.access.AccessPolicy;
import io.bookshelf.broker.access.AccessPolicy.Principal;
import io.bookshelf.broker.budget.MemoryBudget;
import io.bookshelf.broker.config.BrokerConfig.Limits;
import io.bookshelf.broker.metrics.BrokerCounters;
import io.bookshelf.bus.Submission;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.ValueProperties;
import io.bookshelf.store.SessionChange;
import io.bookshelf.store.SqliteStateStore;
import io.bookshelf.store.StoreOptions;
import io.bookshelf.store.StoreReader;
import io.bookshelf.store.WriteTransaction;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client is not told that its session is there if a part of it is not: it would wait for what never comes. */
final class DamagedSessionTest {
    @TempDir
    private Path folder;

    private final Map<String, Boolean> present = new HashMap<>();

    private SqliteStateStore open() {
        return SqliteStateStore.open(
                folder, StoreOptions.defaults().withReserveBytes(0).withCheckEveryMillis(Long.MAX_VALUE));
    }

    private void fill() {
        try (SqliteStateStore store = open();
                WriteTransaction tx = store.begin()) {
            for (String client : List.of("a", "b")) {
                tx.apply(new SessionChange.SaveSession(client, 1_000_000_000, 1, 0));
                tx.apply(new SessionChange.Subscribe(client, "kitchen/#", 1, 0, false, 1));
                tx.apply(new SessionChange.Subscribe(client, "other/#", 1, 0, false, 2));
                tx.apply(new SessionChange.QueuedEvent(
                        client, 1, 0, "kitchen/t", new byte[3], 1, false, new int[0], ValueProperties.NONE, 0, 0));
                tx.apply(new SessionChange.SaveInFlight(client, 7, 1, Key.of("kitchen/lamp"), 0, false, 1));
                tx.apply(new SessionChange.SaveIncoming(client, 9));
            }
            tx.commit(1, 5, Map.of());
        }
    }

    private void damage(String table) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("state.db"));
                Statement run = connection.createStatement()) {
            assertThat(run.executeUpdate("UPDATE " + table + " SET checksum=checksum+1 WHERE client=CAST('a' AS BLOB)"
                            + " AND item=(SELECT max(item) FROM " + table + ")"))
                    .isEqualTo(1);
        }
    }

    /** A start, at which both clients come back; what it changes is in the store afterwards. */
    private void start(SqliteStateStore store) {
        List<Submission> submitted = new ArrayList<>();
        SessionContext.Reads reads = new SessionContext.Reads() {
            @Override
            public <T> void read(Function<StoreReader, T> job, Consumer<T> then, Consumer<RuntimeException> failed) {}
        };
        SessionContext context = new SessionContext(
                Limits.DEFAULTS,
                AccessPolicy.OPEN,
                new BrokerCounters(),
                new SimClock(),
                submitted::add,
                reads,
                new SystemTopics(),
                Runnable::run,
                MemoryBudget.unbounded());
        SessionRegistry registry = new SessionRegistry(context, store.head().sequence());
        try (StoreReader reader = store.openReader()) {
            registry.restore(reader);
        }
        commit(store, submitted);
        for (String client : List.of("a", "b")) {
            registry.connect(
                    new SessionRegistry.ConnectRequest(client, new Silent(client), false, 100, null),
                    new SessionRegistry.Connected() {
                        @Override
                        public void ready(Session session, boolean there) {
                            present.put(client, there);
                        }

                        @Override
                        public void refused(String why) {
                            throw new AssertionError(why);
                        }
                    });
        }
        commit(store, submitted);
    }

    private static void commit(SqliteStateStore store, List<Submission> submitted) {
        List<Submission> batch = List.copyOf(submitted);
        submitted.clear();
        try (WriteTransaction tx = store.begin()) {
            batch.forEach(each -> each.sessionChanges().forEach(tx::apply));
            tx.commit(store.head().sequence(), store.head().clock(), Map.of());
        }
        for (Submission each : batch) {
            if (each instanceof Changes changes) {
                changes.done().accept(null);
            }
        }
    }

    /** A client's end of a connection that takes nothing. */
    private record Silent(String id) implements ClientLink {
        @Override
        public Principal principal() {
            return new Principal(id, "");
        }

        @Override
        public boolean hasRoom() {
            return false;
        }

        @Override
        public int receiveMaximum() {
            return 10;
        }

        @Override
        public boolean publish(Delivery delivery, int packetId, boolean again) {
            return false;
        }

        @Override
        public void pubrel(int packetId) {}

        @Override
        public void close(CloseReason reason) {}
    }

    @ParameterizedTest
    @ValueSource(strings = {"session", "subscription", "inflight", "incoming"})
    void isNotPresent(String table) throws Exception {
        fill();
        damage(table);
        try (SqliteStateStore store = open()) {
            start(store);
            assertThat(present).containsEntry("a", false).containsEntry("b", true);
        }
        try (SqliteStateStore store = open()) {
            start(store);
            assertThat(store.health().damagedRows()).as("went with the session").isZero();
            assertThat(present).as("the new one").containsEntry("a", true);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"event", "session_cursor", "session_last_event"})
    void isPresentWhereItLacksNoMoreThanAnEvent(String table) throws Exception {
        fill();
        damage(table);
        try (SqliteStateStore store = open()) {
            start(store);
            assertThat(present).containsEntry("a", true).containsEntry("b", true);
        }
    }

    @Test
    void isPresentWhereNothingIsDamaged() {
        fill();
        try (SqliteStateStore store = open()) {
            start(store);
            assertThat(present).containsEntry("a", true).containsEntry("b", true);
        }
    }
}
