package io.bookshelf.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whoever stops a scan waits for a few steps of a statement, not for its end. */
final class StoppedScansTest {
    private static final int KEYS = 5_000;

    @TempDir
    private Path folder;

    @FunctionalInterface
    private interface Scan {
        void of(Db db) throws SQLException;
    }

    /** Says to go on so many times. */
    private static final class Patience implements BooleanSupplier {
        private int left;
        private int asked;

        Patience(int left) {
            this.left = left;
        }

        @Override
        public boolean getAsBoolean() {
            asked++;
            return left-- > 0;
        }
    }

    private void stops(Path file, Scan scan) throws SQLException {
        Patience endless = new Patience(Integer.MAX_VALUE);
        try (Db db = Db.openReader(file, endless)) {
            scan.of(db);
        }
        assertThat(endless.asked).isGreaterThan(5);
        Patience some = new Patience(endless.asked / 2);
        try (Db db = Db.openReader(file, some)) {
            assertThatThrownBy(() -> scan.of(db)).isInstanceOf(SQLException.class);
        }
        assertThat(some.asked).isEqualTo(endless.asked / 2 + 1);
    }

    /** A check that is under way ends with the store, and its thread does not begin to wait for the next one. */
    @Test
    @Timeout(50)
    void closesInTheMiddleOfACheck() {
        try (SqliteStateStore store = SqliteStateStore.open(folder, StoreOptions.defaults())) {
            long sequence = 0;
            try (WriteTransaction tx = store.begin()) {
                for (int i = 0; i < 4 * KEYS; i++) {
                    tx.put(Entries.live("k/" + i, "value", ++sequence));
                }
                tx.commit(sequence, 5, Map.of());
            }
            store.foldNow();
        }
        for (int i = 0; i < 10; i++) {
            try (SqliteStateStore store = SqliteStateStore.open(folder, StoreOptions.defaults());
                    StoreReader reader = store.openReader()) {
                assertThat(reader.scan("", null, 0, 10, 1_000).entries()).hasSize(10);
            }
        }
    }

    @Test
    void eachPartOfACheckStopsOnItsWay() throws SQLException {
        try (SqliteStateStore store = SqliteStateStore.open(folder, StoreOptions.defaults())) {
            long sequence = 0;
            try (WriteTransaction tx = store.begin()) {
                for (int i = 0; i < KEYS; i++) {
                    tx.put(Entries.live("k/" + i, "value", ++sequence));
                    tx.keep("row/" + i, new byte[200]);
                }
                tx.commit(sequence, 5, Map.of());
            }
            store.foldNow();
            DamageLog damage = new DamageLog();
            stops(store.file(), db -> Totals.of(db, damage));
            stops(store.file(), Totals::placesInIndexes);
            stops(store.file(), db -> db.isSound("kept"));
            stops(store.file(), db -> new SessionReader(db, damage).verify());
            assertThat(damage.rows()).isZero();
        }
    }
}
