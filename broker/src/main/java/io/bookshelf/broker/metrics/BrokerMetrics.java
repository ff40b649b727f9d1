package io.bookshelf.broker.metrics;

import io.bookshelf.broker.budget.MemoryBudget;
import io.bookshelf.store.Head;
import io.bookshelf.store.StoreHealth;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/** All of a unit's metrics as Prometheus reads them. Any thread. */
public final class BrokerMetrics {
    private final String unit;
    private final String version;
    private final BrokerCounters counters;
    private final Supplier<Head> head;
    private final Supplier<StoreHealth> health;
    private final Supplier<ProcessFacts> process;
    private final Supplier<MemoryBudget.Status> memory;

    /** @param process asked at each reading; {@link ProcessFacts#now} outside tests */
    public BrokerMetrics(
            String unit,
            String version,
            BrokerCounters counters,
            Supplier<Head> head,
            Supplier<StoreHealth> health,
            Supplier<ProcessFacts> process,
            Supplier<MemoryBudget.Status> memory) {
        this.unit = unit;
        this.version = version;
        this.counters = counters;
        this.head = head;
        this.health = health;
        this.process = process;
        this.memory = memory;
    }

    /** The metrics as of now, in text format 0.0.4. */
    public String text() {
        PrometheusText text = new PrometheusText();
        text.gauge("bookshelf_info", "Which unit this is, and what it runs.")
                .sample(1, "unit", unit, "version", version);
        traffic(text);
        clients(text);
        store(text);
        memory(text);
        process(text);
        return text.toString();
    }

    private void traffic(PrometheusText text) {
        total(text, "packets_received", "MQTT packets received.", counters.packetsReceived);
        total(text, "packets_sent", "MQTT packets sent.", counters.packetsSent);
        total(text, "bytes_received", "Bytes received over MQTT.", counters.bytesReceived);
        total(text, "bytes_sent", "Bytes sent over MQTT.", counters.bytesSent);
        total(text, "publishes_received", "PUBLISH packets received.", counters.publishesReceived);
        total(text, "publishes_sent", "PUBLISH packets sent.", counters.publishesSent);
        total(text, "publish_bytes_received", "Payload bytes received.", counters.publishBytesReceived);
        total(text, "publish_bytes_sent", "Payload bytes sent.", counters.publishBytesSent);
        total(text, "publishes_dropped", "Events dropped over a bound, or expired.", counters.publishesDropped);
        total(
                text,
                "publishes_refused",
                "Publishes refused: no room, no right, over a limit.",
                counters.publishesRefused);
        total(text, "writes", "Stored writes, deletes included.", counters.writes);
        total(text, "commits", "Transactions of the store.", counters.commits);
    }

    private void clients(PrometheusText text) {
        total(text, "connections_accepted", "Connections accepted.", counters.connectionsAccepted);
        total(
                text,
                "connections_rejected",
                "Connections closed for breaking the protocol or a bound.",
                counters.connectionsRejected);
        total(text, "connects", "CONNECT packets received.", counters.connects);
        total(
                text,
                "sessions_expired",
                "Durable sessions that ended because nobody came back.",
                counters.sessionsExpired);
        total(
                text,
                "subscribers_lagged",
                "Times a subscriber fell behind and became a cursor.",
                counters.subscribersLagged);
        gauge(text, "connections_open", "Open connections.", counters.connectionsOpen.sum());
        gauge(text, "clients_connected", "Clients that are connected.", counters.clientsConnected.sum());
        gauge(
                text,
                "sessions_disconnected",
                "Durable sessions without a connection.",
                counters.sessionsDisconnected.sum());
        gauge(text, "subscriptions", "Subscriptions.", counters.subscriptions.sum());
        gauge(text, "shared_subscriptions", "Shared subscriptions.", counters.sharedSubscriptions.sum());
    }

    private void store(PrometheusText text) {
        Head head = this.head.get();
        StoreHealth health = this.health.get();
        gauge(text, "keys", "Keys that hold a value.", head.keys());
        gauge(text, "sequence", "The last local sequence number.", head.sequence());
        gauge(
                text,
                "store_writable",
                "1 while the store takes writes, 0 while it refuses them.",
                health.writable() ? 1 : 0);
        gauge(text, "store_bytes", "Size of the store's file and its log.", health.fileBytes());
        gauge(text, "store_damaged_rows", "Rows whose checksum failed.", health.damagedRows());
        gauge(text, "store_missing_rows", "Rows that the store should hold and does not.", health.missingRows());
        gauge(text, "store_salvaged_rows", "Rows taken over from damaged files.", health.salvagedRows());
        gauge(
                text,
                "store_files_set_aside",
                "Damaged files that were set aside.",
                health.filesSetAside().size());
        text.gauge("bookshelf_store_last_check_timestamp_seconds", "When all rows were last checked, 0 for not yet.")
                .sample(health.lastCheckMillis() / 1e3);
    }

    private void memory(PrometheusText text) {
        MemoryBudget.Status status = memory.get();
        gauge(text, "client_memory_limit_bytes", "What all clients may make the unit hold.", status.total());
        PrometheusText used =
                text.gauge("bookshelf_client_memory_bytes", "What clients make the unit hold, by what it is for.");
        status.byKind().forEach((kind, bytes) -> used.sample(bytes, "kind", kind.label()));
        text.counter("bookshelf_client_memory_refused_total", "Times that there was no memory for a client.")
                .sample(status.refused());
        text.counter("bookshelf_client_memory_evicted_total", "Connections and sessions ended to make room for others.")
                .sample(status.evicted());
    }

    private void process(PrometheusText text) {
        ProcessFacts facts = process.get();
        text.gauge("process_start_time_seconds", "Start time of the process since the epoch.")
                .sample(facts.startMillis() / 1e3);
        text.counter("process_cpu_seconds_total", "Processor time used.").sample(facts.cpuSeconds());
        text.gauge("process_resident_memory_bytes", "Resident memory.").sample(facts.residentBytes());
        text.gauge("process_open_fds", "Open file descriptors.").sample(facts.openFiles());
        text.gauge("jvm_memory_used_bytes", "Used memory of the virtual machine.")
                .sample(facts.heap().used(), "area", "heap")
                .sample(facts.nonHeap().used(), "area", "nonheap");
        text.gauge("jvm_memory_committed_bytes", "Committed memory of the virtual machine.")
                .sample(facts.heap().committed(), "area", "heap")
                .sample(facts.nonHeap().committed(), "area", "nonheap");
        text.gauge("jvm_memory_max_bytes", "Bound on the memory of the virtual machine, -1 for none.")
                .sample(facts.heap().max(), "area", "heap")
                .sample(facts.nonHeap().max(), "area", "nonheap");
        text.gauge("jvm_threads_current", "Live threads.").sample(facts.threads());
    }

    private static void total(PrometheusText text, String name, String help, LongAdder value) {
        text.counter("bookshelf_" + name + "_total", help).sample(value.sum());
    }

    private static void gauge(PrometheusText text, String name, String help, long value) {
        text.gauge("bookshelf_" + name, help).sample(value);
    }
}
