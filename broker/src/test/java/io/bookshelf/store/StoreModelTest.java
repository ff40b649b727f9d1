package io.bookshelf.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import io.bookshelf.store.StoreReader.Page;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random work against a plain map, with readers alongside: nothing is missing, nothing is older than what was seen before. */
final class StoreModelTest {
    private static final long SEED = Long.getLong("bookshelf.seed", 20_260_102);
    private static final int ROUNDS = 12;
    private static final int COMMITS = 150;
    private static final int KEYS = 60;

    @TempDir
    private Path folder;

    private final Random random = new Random(SEED);
    private final TreeMap<Key, Entry> model = new TreeMap<>();
    private long now = 1_000;

    @Test
    void agreesWithAPlainMapWhateverIsFoldedWhen() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            StoreOptions options = StoreOptions.defaults()
                    .withDurability(Durability.NORMAL)
                    .withReserveBytes(0)
                    .withRecent(1 + random.nextInt(40), 1 << 20, 1 + random.nextInt(6));
            try (SqliteStateStore store = SqliteStateStore.open(folder, options)) {
                agree(store, round);
                work(store, round);
                agree(store, round);
                store.checkNow();
                assertThat(store.health().missingRows()).as(at(round)).isZero();
                assertThat(store.health().damagedRows()).as(at(round)).isZero();
                assertThat(store.health().filesSetAside()).as(at(round)).isEmpty();
            }
        }
    }

    private static String at(int round) {
        return "seed " + SEED + ", round " + round;
    }

    private void work(SqliteStateStore store, int round) throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Future<?> scans = threads.submit(() -> scanUntil(store, done, at(round)));
            Future<?> changes = threads.submit(() -> followUntil(store, done, at(round)));
            for (int i = 0; i < COMMITS; i++) {
                commit(store);
                assertThat(store.head().keys())
                        .as(at(round))
                        .isEqualTo(model.values().stream()
                                .filter(entry -> !entry.deleted())
                                .count());
            }
            done.set(true);
            scans.get();
            changes.get();
        } finally {
            done.set(true);
            threads.shutdownNow();
        }
    }

    private void commit(SqliteStateStore store) {
        TreeMap<Key, Entry> before = new TreeMap<>(model);
        long sequence = store.head().sequence();
        try (WriteTransaction tx = store.begin()) {
            switch (random.nextInt(12)) {
                case 0 -> expire(tx);
                case 1 -> forget(tx, sequence);
                default -> {
                    for (int i = 1 + random.nextInt(8); i > 0; i--) {
                        put(tx, ++sequence);
                    }
                }
            }
            if (random.nextInt(10) == 0) {
                model.clear();
                model.putAll(before);
                return;
            }
            tx.commit(sequence, sequence, Map.of());
        }
        switch (random.nextInt(20)) {
            case 0 -> store.maintain();
            case 1 -> store.foldNow();
            default -> {}
        }
    }

    private void put(WriteTransaction tx, long sequence) {
        String key = "k/" + random.nextInt(KEYS);
        Entry entry =
                switch (random.nextInt(5)) {
                    case 0 -> Entries.tombstone(key, sequence);
                    case 1 -> Entries.expiring(key, sequence, now + 1 + random.nextInt(20));
                    case 2 -> Entries.large(key, random.nextInt(6_000), sequence);
                    default -> Entries.live(key, "value " + sequence, sequence);
                };
        if (random.nextBoolean()) {
            assertThat(tx.stored(entry.key())).as("seed %d", SEED).isEqualTo(model.get(entry.key()));
        }
        tx.put(entry);
        model.put(entry.key(), entry);
    }

    private void expire(WriteTransaction tx) {
        now += 10;
        List<Entry> due = model.values().stream()
                .filter(entry -> !entry.deleted() && !entry.liveAt(now))
                .toList();
        assertThat(tx.expire(now, 1_000)).as("seed %d", SEED).isEqualTo(due.size());
        due.forEach(entry -> model.put(entry.key(), entry.expired()));
    }

    private void forget(WriteTransaction tx, long through) {
        List<Key> old = model.values().stream()
                .filter(entry -> entry.deleted() && entry.sequence() <= through)
                .map(Entry::key)
                .toList();
        assertThat(tx.forgetTombstones(Entries.forgetting(through, Entries.MILLIS * 2)))
                .as("seed %d", SEED)
                .isEqualTo(new TombstoneSearch.Result(old.size(), 0));
        old.forEach(model::remove);
    }

    private void agree(SqliteStateStore store, int round) {
        try (StoreReader reader = store.openReader()) {
            List<Entry> scanned = new ArrayList<>();
            String after = null;
            do {
                Page<String> page = reader.scan("k/", after, now, 1 + random.nextInt(9), 5_000);
                scanned.addAll(page.entries());
                after = page.next();
            } while (after != null);
            assertThat(scanned)
                    .as(at(round))
                    .isEqualTo(model.values().stream()
                            .filter(entry -> entry.liveAt(now))
                            .toList());
            List<Entry> changes = new ArrayList<>();
            Long behind = 0L;
            do {
                Page<Long> page = reader.changesAfter(behind, 0, 1 + random.nextInt(9), 5_000);
                changes.addAll(page.entries());
                behind = page.next();
            } while (behind != null);
            assertThat(changes)
                    .as(at(round))
                    .isEqualTo(model.values().stream()
                            .sorted(java.util.Comparator.comparingLong(Entry::sequence))
                            .toList());
            for (int i = 0; i < KEYS; i++) {
                Key key = Key.of("k/" + i);
                assertThat(reader.get(key)).as(at(round)).isEqualTo(model.get(key));
            }
        }
    }

    /** Whatever a reader has seen of a key, it never sees anything older after. */
    private static final class Seen {
        private final Map<Key, Entry> newest = new HashMap<>();

        void see(@Nullable Entry entry, String where) {
            if (entry != null) {
                Entry before = newest.put(entry.key(), entry);
                assertThat(before != null && Merge.isNewer(before, entry))
                        .as("%s: %s after %s", where, entry, before)
                        .isFalse();
            }
        }
    }

    private static void scanUntil(SqliteStateStore store, AtomicBoolean done, String where) {
        Seen seen = new Seen();
        try (StoreReader reader = store.openReader()) {
            long sequence = 0;
            while (!done.get()) {
                String after = null;
                String last = "";
                do {
                    Page<String> page = reader.scan("k/", after, 0, 7, 20_000);
                    assertThat(page.sequence()).as(where).isGreaterThanOrEqualTo(sequence);
                    sequence = page.sequence();
                    for (Entry entry : page.entries()) {
                        assertThat(entry.key().name()).as(where).isGreaterThan(last);
                        last = entry.key().name();
                        seen.see(entry, where);
                        seen.see(reader.get(entry.key()), where);
                    }
                    after = page.next();
                } while (after != null);
            }
        }
    }

    /** Follows the changes; what it has then is what a reader that starts over finds. */
    private static void followUntil(SqliteStateStore store, AtomicBoolean done, String where) {
        Map<Key, Entry> followed = new HashMap<>();
        try (StoreReader reader = store.openReader()) {
            long behind = 0;
            boolean last;
            do {
                last = done.get();
                Page<Long> page;
                do {
                    page = reader.changesAfter(behind, 0, 5, 20_000);
                    Set<Key> inPage = new HashSet<>();
                    for (Entry entry : page.entries()) {
                        assertThat(entry.sequence()).as(where).isGreaterThan(behind);
                        assertThat(inPage.add(entry.key())).as(where).isTrue();
                        behind = entry.sequence();
                        followed.put(entry.key(), entry);
                    }
                    Long next = page.next();
                    behind = next == null ? page.sequence() : next;
                } while (page.next() != null);
            } while (!last);
            Long from = 0L;
            do {
                Page<Long> page = reader.changesAfter(from, 0, 1_000, 1 << 20);
                for (Entry entry : page.entries()) {
                    assertThat(followed.get(entry.key()))
                            .as(where)
                            .extracting(Entry::sequence)
                            .isEqualTo(entry.sequence());
                }
                from = page.next();
            } while (from != null);
        }
    }
}
