package io.bookshelf.store;

import io.bookshelf.schema.Entry;
import io.bookshelf.schema.HybridClock;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.Seen;
import io.bookshelf.schema.ValueProperties;
import io.bookshelf.schema.Version;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What every write and every read pays in the store besides SQLite: an entry as bytes and back, a commit as rows of the log. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class EntryCodecBenchmark {
    private static final long WALL_MILLIS = 1_767_225_600_000L;
    private static final long REPLICA = 0x8f14e45fceea167aL;
    private static final int COMMIT = 64;

    /** Bytes of a value. */
    @Param({"100", "4096"})
    private int size;

    private final EntryCodec codec = new EntryCodec();
    private Entry entry = entry(0);
    private byte[] key = {};
    private byte[] body = {};

    @Setup
    public void encodeOnce() {
        entry = entry(size);
        key = entry.key().utf8();
        ByteBuffer encoded = codec.encode(key, entry);
        body = new byte[encoded.remaining()];
        encoded.get(body);
    }

    private static Entry entry(int size) {
        return new Entry(
                Key.of("network/wifi/clients/3c:22:fb:01:02:03/state"),
                new byte[size],
                false,
                1,
                ValueProperties.NONE,
                new Version(HybridClock.stamp(WALL_MILLIS), REPLICA),
                42,
                Seen.NOTHING.with(REPLICA, 41),
                0,
                4_711);
    }

    @Benchmark
    public ByteBuffer encode() {
        return codec.encode(key, entry);
    }

    @Benchmark
    public Entry decode() {
        return Objects.requireNonNull(codec.decode(key, body, 0, body.length));
    }

    /** A commit of many entries; the time is that of one. */
    @Benchmark
    @OperationsPerInvocation(COMMIT)
    public List<byte[]> encodeCommit() {
        LogBatch.Encoder encoder = new LogBatch.Encoder();
        for (int i = 0; i < COMMIT; i++) {
            encoder.add(entry, null);
        }
        return encoder.batches(1, new LogBatch.Start(Head.EMPTY, REPLICA, COMMIT));
    }
}
