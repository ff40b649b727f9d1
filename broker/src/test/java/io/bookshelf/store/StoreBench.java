package io.bookshelf.store;

import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.Scope;
import io.bookshelf.schema.Seen;
import io.bookshelf.schema.ValueProperties;
import io.bookshelf.schema.Version;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;

/** Measures the store by itself: {@code StoreBench <empty folder> <keys> <rows a transaction> <transactions>}. */
public final class StoreBench {
    private StoreBench() {}

    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[0]);
        int keys = Integer.parseInt(args[1]);
        int rows = Integer.parseInt(args[2]);
        int transactions = Integer.parseInt(args[3]);
        Files.createDirectories(folder);
        long seq;
        try (SqliteStateStore store = SqliteStateStore.open(folder, StoreOptions.defaults())) {
            seq = store.head().sequence();
            long start = System.nanoTime();
            for (int i = 0; i < keys; i += 1000) {
                try (WriteTransaction tx = store.begin()) {
                    for (int k = i; k < Math.min(keys, i + 1000); k++) {
                        tx.put(entry(key(k), ++seq));
                    }
                    tx.commit(seq, 1, Map.of());
                }
            }
            report("fill", keys, start);
            write(store, seq, keys, rows, transactions, false);
            seq = store.head().sequence();
            for (int round = 0; round < 3; round++) {
                write(store, seq, keys, rows, transactions, true);
                seq = store.head().sequence();
            }
            start = System.nanoTime();
            for (int i = 0; i < 2000; i++) {
                try (WriteTransaction tx = store.begin()) {
                    Key key = key(i % 10);
                    tx.stored(key);
                    tx.put(entry(key, ++seq));
                    tx.commit(seq, 1, Map.of(Scope.EVERYWHERE, seq));
                }
            }
            report("one-row commits", 2000, start);
            for (int round = 0; round < 3; round++) {
                scan(store);
            }
        }
        long start = System.nanoTime();
        SqliteStateStore again = SqliteStateStore.open(folder, StoreOptions.defaults());
        report("open", 1, start);
        again.close();
    }

    private static void scan(SqliteStateStore store) {
        try (StoreReader reader = store.openReader()) {
            long start = System.nanoTime();
            String after = null;
            long n = 0;
            do {
                StoreReader.Page<String> page = reader.scan("", after, 0, 1000, 1 << 20);
                n += page.entries().size();
                after = page.next();
            } while (after != null);
            report("scan", n, start);
            start = System.nanoTime();
            for (int i = 0; i < 20_000; i++) {
                reader.get(key(i));
            }
            report("get", 20_000, start);
        }
    }

    private static void write(SqliteStateStore store, long from, int keys, int rows, int transactions, boolean stored) {
        Random random = new Random(1);
        long seq = from;
        long start = System.nanoTime();
        long cpu = cpu();
        long commits = 0;
        for (int t = 0; t < transactions; t++) {
            try (WriteTransaction tx = store.begin()) {
                for (int i = 0; i < rows; i++) {
                    Key key = key(random.nextInt(keys));
                    if (stored) {
                        tx.stored(key);
                    }
                    tx.put(entry(key, ++seq));
                }
                long before = System.nanoTime();
                tx.commit(seq, 1, Map.of(Scope.EVERYWHERE, seq));
                commits += System.nanoTime() - before;
            }
        }
        report("stored+put", (long) rows * transactions, start);
        System.out.printf(
                "  commit %.1f us, cpu %.2f us a row%n",
                commits / 1e3 / transactions, (cpu() - cpu) / 1e3 / rows / transactions);
    }

    private static long cpu() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static Key key(int k) {
        return Key.of("bench/device" + (k * 7919L % 1_000_003) + "/state");
    }

    private static Entry entry(Key key, long seq) {
        byte[] value = new byte[100];
        value[0] = (byte) seq;
        return new Entry(
                key,
                value,
                false,
                1,
                ValueProperties.NONE,
                new Version(seq, 42),
                seq,
                Seen.NOTHING.with(42, seq),
                0,
                seq);
    }

    private static void report(String what, long n, long start) {
        double us = (System.nanoTime() - start) / 1e3;
        System.out.printf("%-16s %8d  %8.2f us each  %10.0f /s%n", what, n, us / n, n / us * 1e6);
    }
}
