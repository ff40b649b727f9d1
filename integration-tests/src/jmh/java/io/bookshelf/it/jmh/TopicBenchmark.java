package io.bookshelf.it.jmh;

import io.bookshelf.broker.topic.SubscriptionTree;
import io.bookshelf.broker.topic.TopicFilter;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/** What every publish pays to find its subscribers, among few and among many filters. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class TopicBenchmark {
    private static final String TOPIC = "network/wifi/clients/3c:22:fb:01:02:03/state";

    @Param({"10", "1000"})
    private int filters;

    private final SubscriptionTree<String> tree = new SubscriptionTree<>();
    private final TopicFilter filter = TopicFilter.parse("network/+/clients/#");

    @Setup
    public void subscribe() {
        for (int i = 0; i < filters; i++) {
            tree.add("network/wifi/clients/" + i + "/state", "client" + i);
        }
        tree.add("network/#", "app");
        tree.add("network/+/clients/+/state", "daemon");
    }

    @Benchmark
    public void findSubscribers(Blackhole found) {
        tree.match(TOPIC, found::consume);
    }

    @Benchmark
    public boolean matchOneFilter() {
        return filter.matches(TOPIC);
    }
}
