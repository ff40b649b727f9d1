package io.bookshelf.broker.mqtt;

import io.bookshelf.broker.metrics.BrokerCounters;
import io.bookshelf.broker.session.Delivery;
import io.bookshelf.broker.session.Message;
import io.bookshelf.schema.Entry;
import io.bookshelf.schema.HybridClock;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.Seen;
import io.bookshelf.schema.ValueProperties;
import io.bookshelf.schema.Version;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What every delivery and every acknowledgement pays to become bytes: bursts of them, as a commit makes; the time is that of one. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PacketWriterBenchmark {
    private static final long WALL_MILLIS = 1_767_225_600_000L;
    private static final int BURST = 64;
    private static final int PUBACK = 0x40;
    private static final int[] NO_IDS = {};

    /** Whether the subscriber speaks MQTT 5: then the version travels as user properties. */
    @Param({"false", "true"})
    private boolean version5;

    private final EmbeddedChannel channel = new EmbeddedChannel(new ChannelInboundHandlerAdapter());
    private final ChannelHandlerContext context = channel.pipeline().lastContext();
    private final PacketWriter writer = new PacketWriter(context, new BrokerCounters(), replica -> "hall");
    private final Entry entry = new Entry(
            Key.of("network/wifi/clients/3c:22:fb:01:02:03/state"),
            new byte[100],
            false,
            1,
            ValueProperties.NONE,
            new Version(HybridClock.stamp(WALL_MILLIS), 0x8f14e45fceea167aL),
            42,
            Seen.NOTHING,
            0,
            4_711);
    private final Message known = Message.of(entry);

    @Setup
    public void connect() {
        writer.clientTakes(new ClientSettings(version5, 0, 65_535, Long.MAX_VALUE, 0, 0, true, false));
    }

    /** A new message to its only subscriber. */
    @Benchmark
    @OperationsPerInvocation(BURST)
    public void publishNew() {
        for (int i = 0; i < BURST; i++) {
            publish(Message.of(entry), i + 1);
        }
        drain();
    }

    /** A message that has been encoded for somebody else before. */
    @Benchmark
    @OperationsPerInvocation(BURST)
    public void publishToOneMore() {
        for (int i = 0; i < BURST; i++) {
            publish(known, i + 1);
        }
        drain();
    }

    @Benchmark
    @OperationsPerInvocation(BURST)
    public void acknowledge() {
        for (int i = 0; i < BURST; i++) {
            writer.reply(PUBACK, i + 1, Reason.SUCCESS, null, null);
        }
        drain();
    }

    private void publish(Message message, int packetId) {
        if (!writer.publish(new Delivery(message, 1, false, NO_IDS, 1, null), packetId, false, WALL_MILLIS)) {
            throw new IllegalStateException("not written");
        }
    }

    private void drain() {
        writer.push();
        channel.flush();
        channel.releaseOutbound();
    }

    @TearDown
    public void close() {
        channel.finishAndReleaseAll();
    }
}
