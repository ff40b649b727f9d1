package io.bookshelf.broker.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.broker.budget.Kind;
import io.bookshelf.broker.budget.MemoryBudget;
import io.bookshelf.broker.budget.Owner;
import io.bookshelf.store.Head;
import io.bookshelf.store.StoreHealth;
import java.util.List;
import org.junit.jupiter.api.Test;

class PrometheusTextTest {
    @Test
    void escapesAndNumbersAsTheFormatSays() {
        PrometheusText text = new PrometheusText();
        text.counter("a_total", "One\\two\nthree \"four\".").sample(3);
        text.gauge("b", "B.")
                .sample(0.25, "x", "a\"b\\c\nd", "y", "")
                .sample(1e9)
                .sample(1e-7)
                .sample(Double.NaN)
                .sample(Double.NEGATIVE_INFINITY);

        assertThat(text).hasToString("""
                # HELP a_total One\\\\two\\nthree "four".
                # TYPE a_total counter
                a_total 3
                # HELP b B.
                # TYPE b gauge
                b{x="a\\"b\\\\c\\nd",y=""} 0.25
                b 1000000000
                b 0.00000010
                b NaN
                b -Inf
                """);
    }

    private static final String EXPECTED = """
                # HELP process_start_time_seconds Start time of the process since the epoch.
                # TYPE process_start_time_seconds gauge
                process_start_time_seconds 1.5
                # HELP process_cpu_seconds_total Processor time used.
                # TYPE process_cpu_seconds_total counter
                process_cpu_seconds_total 2.5
                # HELP process_resident_memory_bytes Resident memory.
                # TYPE process_resident_memory_bytes gauge
                process_resident_memory_bytes 4096
                # HELP process_open_fds Open file descriptors.
                # TYPE process_open_fds gauge
                process_open_fds 12
                # HELP jvm_memory_used_bytes Used memory of the virtual machine.
                # TYPE jvm_memory_used_bytes gauge
                jvm_memory_used_bytes{area="heap"} 1
                jvm_memory_used_bytes{area="nonheap"} 4
                # HELP jvm_memory_committed_bytes Committed memory of the virtual machine.
                # TYPE jvm_memory_committed_bytes gauge
                jvm_memory_committed_bytes{area="heap"} 2
                jvm_memory_committed_bytes{area="nonheap"} 5
                # HELP jvm_memory_max_bytes Bound on the memory of the virtual machine, -1 for none.
                # TYPE jvm_memory_max_bytes gauge
                jvm_memory_max_bytes{area="heap"} 3
                jvm_memory_max_bytes{area="nonheap"} -1
                # HELP jvm_threads_current Live threads.
                # TYPE jvm_threads_current gauge
                jvm_threads_current 9
                """;

    @Test
    void showsCountersStoreAndProcess() {
        BrokerCounters counters = new BrokerCounters();
        counters.writes.add(7);
        ProcessFacts process = new ProcessFacts(
                1_500, 2.5, 4_096, 12, new ProcessFacts.Memory(1, 2, 3), new ProcessFacts.Memory(4, 5, -1), 9);
        String text = new BrokerMetrics(
                        "attic",
                        "1.2",
                        counters,
                        () -> new Head(11, 0, 0, 0, 0, 10),
                        () -> new StoreHealth(false, "full", 1, 2, List.of("a"), 3, 1_500, 4_096),
                        () -> process,
                        budget()::status)
                .text();

        assertThat(text).contains("""
                # HELP bookshelf_writes_total Stored writes, deletes included.
                # TYPE bookshelf_writes_total counter
                bookshelf_writes_total 7
                """).contains("""
                # HELP bookshelf_store_writable 1 while the store takes writes, 0 while it refuses them.
                # TYPE bookshelf_store_writable gauge
                bookshelf_store_writable 0
                """).endsWith(EXPECTED);
        assertThat(text).contains("""
                bookshelf_client_memory_limit_bytes 1000000
                # HELP bookshelf_client_memory_bytes What clients make the unit hold, by what it is for.
                # TYPE bookshelf_client_memory_bytes gauge
                bookshelf_client_memory_bytes{kind="connection"} 0
                """).contains("""
                bookshelf_client_memory_bytes{kind="will"} 500
                """);
        assertThat(text).startsWith("""
                # HELP bookshelf_info Which unit this is, and what it runs.
                # TYPE bookshelf_info gauge
                bookshelf_info{unit="attic",version="1.2"} 1
                """);
    }

    private static MemoryBudget budget() {
        MemoryBudget budget = new MemoryBudget(1_000_000, line -> {});
        budget.open(Owner.UNIT, () -> {}).take(Kind.WILL, 500);
        budget.tick();
        return budget;
    }

    @Test
    void describesEveryMetricOnce() {
        String text = new BrokerMetrics(
                        "u",
                        "1",
                        new BrokerCounters(),
                        () -> Head.EMPTY,
                        () -> new StoreHealth(true, "", 0, 0, List.of(), 0, 0, 0),
                        ProcessFacts::now,
                        budget()::status)
                .text();

        List<String> types =
                text.lines().filter(line -> line.startsWith("# TYPE ")).toList();
        assertThat(types).hasSize(44).doesNotHaveDuplicates();
        assertThat(text.lines().filter(line -> !line.startsWith("#")))
                .allMatch(line -> line.matches("[a-z_]+(\\{[a-z]+=\"[^\"]*\"(,[a-z]+=\"[^\"]*\")*})? -?[0-9.]+"));
    }
}
