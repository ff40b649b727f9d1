package io.bookshelf.it.jmh;

import io.bookshelf.schema.Entry;
import io.bookshelf.schema.HybridClock;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.Seen;
import io.bookshelf.schema.ValueProperties;
import io.bookshelf.schema.Version;
import io.bookshelf.schema.wire.Frame;
import io.bookshelf.schema.wire.Frames;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What every entry pays on a link, at both ends; the time is that of one entry of a full frame. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class FrameBenchmark {
    private static final long WALL_MILLIS = 1_767_225_600_000L;
    private static final long REPLICA = 0x8f14e45fceea167aL;
    private static final int ENTRIES = 256;

    private final List<Entry> entries =
            IntStream.range(0, ENTRIES).mapToObj(FrameBenchmark::entry).toList();
    private final Frame frame = new Frame.Entries(4_711, 4_711 + ENTRIES, entries, 42, 42);
    private final byte[] bytes = Frames.write(frame);

    private static Entry entry(int number) {
        return new Entry(
                Key.of("network/wifi/clients/" + number + "/state"),
                new byte[100],
                false,
                1,
                ValueProperties.NONE,
                new Version(HybridClock.stamp(WALL_MILLIS) + number, REPLICA),
                42 + number,
                Seen.NOTHING.with(REPLICA, 41),
                0,
                4_711 + number);
    }

    @Benchmark
    @OperationsPerInvocation(ENTRIES)
    public byte[] write() {
        return Frames.write(frame);
    }

    @Benchmark
    @OperationsPerInvocation(ENTRIES)
    public Frame read() {
        return Frames.read(bytes);
    }

    /** How large entries would be, which is asked before each is put into a frame. */
    @Benchmark
    @OperationsPerInvocation(ENTRIES)
    public int size() {
        int sum = 0;
        for (Entry entry : entries) {
            sum += Frames.size(entry);
        }
        return sum;
    }
}
