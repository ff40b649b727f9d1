package io.bookshelf.it.jmh;

import io.bookshelf.schema.HybridClock;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.ValueProperties;
import io.bookshelf.schema.Version;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What every write pays in the schema: its key, its stamp, the version's text and the stored properties. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class SchemaBenchmark {
    private static final long WALL_MILLIS = 1_767_225_600_000L;

    private final HybridClock clock = new HybridClock(0);
    private final Version version = new Version(HybridClock.stamp(WALL_MILLIS), 0x8f14e45fceea167aL);
    private final ValueProperties properties = new ValueProperties(
            1,
            "application/json",
            "replies/daemon",
            new byte[] {1, 2, 3, 4},
            List.of(new ValueProperties.Property("source", "dhcp"), new ValueProperties.Property("trace", "0197a3f2")),
            "daemon",
            "");
    private final byte[] stored = properties.toBytes();
    private final String text = version.toString();
    private long seen = HybridClock.stamp(WALL_MILLIS - 5);

    /** A write to a key that this clock stamped a moment ago. */
    @Benchmark
    public long nextStamp() {
        seen = clock.next(WALL_MILLIS, seen);
        return seen;
    }

    @Benchmark
    public Key checkKey() {
        return Key.of("network/wifi/clients/3c:22:fb:01:02:03/state");
    }

    @Benchmark
    public String writeVersion() {
        return version.toString();
    }

    @Benchmark
    public Version readVersion() {
        return Version.parse(text);
    }

    @Benchmark
    public byte[] encodeProperties() {
        return properties.toBytes();
    }

    @Benchmark
    public byte[] encodeNoProperties() {
        return ValueProperties.NONE.toBytes();
    }

    @Benchmark
    public ValueProperties decodeProperties() {
        return ValueProperties.fromBytes(stored);
    }
}
