package io.bookshelf.broker.metrics;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * The {@code $SYS/broker/…} topics, in Mosquitto's names and units. Meant to be sampled every 10 s or so. Not thread-safe:
 * it remembers the last sample.
 */
public final class SysTopics {
    private static final String ROOT = "$SYS/broker/";

    /**
     * What the counters do not know.
     *
     * @param keys keys that hold a value: Mosquitto's retained messages
     * @param queuedEvents events that wait for durable sessions; with the keys, Mosquitto's stored messages
     * @param storedBytes bytes of both
     * @param heapBytes heap in use
     */
    public record Facts(long keys, long queuedEvents, long storedBytes, long heapBytes) {}

    private final String version;
    private final long startMillis;
    private final BrokerCounters counters;
    private final Supplier<Facts> facts;
    private final List<Load> loads = new ArrayList<>();
    private long lastMillis;
    private boolean sampled;
    private long mostClients;
    private long mostHeap;

    /**
     * @param version Bookshelf's version
     * @param startMillis when the unit started, on the clock that {@link #sample} is given
     */
    public SysTopics(String version, long startMillis, BrokerCounters counters, Supplier<Facts> facts) {
        this.version = version;
        this.startMillis = startMillis;
        this.counters = counters;
        this.facts = facts;
        loads.add(new Load("messages/received", counters.packetsReceived));
        loads.add(new Load("messages/sent", counters.packetsSent));
        loads.add(new Load("publish/dropped", counters.publishesDropped));
        loads.add(new Load("publish/received", counters.publishesReceived));
        loads.add(new Load("publish/sent", counters.publishesSent));
        loads.add(new Load("bytes/received", counters.bytesReceived));
        loads.add(new Load("bytes/sent", counters.bytesSent));
        loads.add(new Load("sockets", counters.connectionsAccepted));
        loads.add(new Load("connections", counters.connects));
    }

    /**
     * All topics and their values now. The loads are averages from one call to the next, so one caller should own this.
     *
     * @param nowMillis a clock that does not run back
     */
    public Map<String, String> sample(long nowMillis) {
        Map<String, String> topics = new LinkedHashMap<>();
        topics.put(ROOT + "version", "bookshelf version " + version);
        topics.put(ROOT + "uptime", Math.max(0, nowMillis - startMillis) / 1000 + " seconds");
        clients(topics);
        long elapsed = sampled ? nowMillis - lastMillis : 0;
        for (Load load : loads) {
            load.sample(elapsed, topics);
        }
        lastMillis = sampled ? Math.max(lastMillis, nowMillis) : nowMillis;
        sampled = true;
        stored(topics);
        traffic(topics);
        return topics;
    }

    private void clients(Map<String, String> topics) {
        long connected = counters.clientsConnected.sum();
        long disconnected = counters.sessionsDisconnected.sum();
        mostClients = Math.max(mostClients, connected + disconnected);
        put(topics, "clients/total", connected + disconnected);
        put(topics, "clients/maximum", mostClients);
        put(topics, "clients/inactive", disconnected);
        put(topics, "clients/disconnected", disconnected);
        put(topics, "clients/active", connected);
        put(topics, "clients/connected", connected);
        put(topics, "clients/expired", counters.sessionsExpired.sum());
    }

    private void stored(Map<String, String> topics) {
        Facts now = facts.get();
        mostHeap = Math.max(mostHeap, now.heapBytes);
        put(topics, "messages/stored", now.keys + now.queuedEvents);
        put(topics, "store/messages/count", now.keys + now.queuedEvents);
        put(topics, "store/messages/bytes", now.storedBytes);
        put(topics, "subscriptions/count", counters.subscriptions.sum());
        put(topics, "shared_subscriptions/count", counters.sharedSubscriptions.sum());
        put(topics, "retained messages/count", now.keys);
        put(topics, "heap/current", now.heapBytes);
        put(topics, "heap/maximum", mostHeap);
    }

    private void traffic(Map<String, String> topics) {
        put(topics, "messages/received", counters.packetsReceived.sum());
        put(topics, "messages/sent", counters.packetsSent.sum());
        put(topics, "publish/messages/dropped", counters.publishesDropped.sum());
        put(topics, "publish/messages/received", counters.publishesReceived.sum());
        put(topics, "publish/messages/sent", counters.publishesSent.sum());
        put(topics, "publish/bytes/received", counters.publishBytesReceived.sum());
        put(topics, "publish/bytes/sent", counters.publishBytesSent.sum());
        put(topics, "bytes/received", counters.bytesReceived.sum());
        put(topics, "bytes/sent", counters.bytesSent.sum());
    }

    private static void put(Map<String, String> topics, String name, long value) {
        topics.put(ROOT + name, Long.toString(value));
    }

    /** Moving averages of a counter's growth per minute, as Mosquitto computes them: weight e^(-t/window) on the past. */
    private static final class Load {
        private static final int[] WINDOW_MINUTES = {1, 5, 15};

        private final String name;
        private final LongAdder counter;
        private final double[] averages = new double[WINDOW_MINUTES.length];
        private long last;

        Load(String name, LongAdder counter) {
            this.name = name;
            this.counter = counter;
        }

        /** @param elapsedMillis time since the last sample; 0 at the first, and then averages stay what they were */
        void sample(long elapsedMillis, Map<String, String> topics) {
            if (elapsedMillis > 0) {
                long count = counter.sum();
                double minutes = elapsedMillis / 60_000.0;
                double perMinute = (count - last) / minutes;
                last = count;
                for (int i = 0; i < averages.length; i++) {
                    double past = Math.exp(-minutes / WINDOW_MINUTES[i]);
                    averages[i] = perMinute + past * (averages[i] - perMinute);
                }
            }
            for (int i = 0; i < averages.length; i++) {
                topics.put(
                        ROOT + "load/" + name + '/' + WINDOW_MINUTES[i] + "min",
                        String.format(Locale.ROOT, "%.2f", averages[i]));
            }
        }
    }
}
