package io.bookshelf.cli.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** A new subscriber to many stored keys: how long until it has them all, if it ever does. */
record SnapshotScenario() implements Scenario {
    /** A snapshot that says nothing for this long has ended. */
    private static final long SILENCE = 3 * SECOND;

    private static final long MOST = 300 * SECOND;

    @Override
    public Result run(Run run) {
        KeySpace space = run.keys("snapshot", run.options().snapshotKeys());
        List<String> problems = new ArrayList<>();
        List<Measure> measures = new ArrayList<>();
        run.say(String.format(Locale.ROOT, "snapshot: loading %,d keys", space.count()));
        LoadScenario.fill(run, space, problems);
        for (int qos = 0; qos <= 1; qos++) {
            take(run, space, qos, measures, problems);
        }
        String setup = String.format(
                Locale.ROOT,
                "%,d keys of %d bytes, median of %d new subscribers",
                space.count(),
                run.options().size(),
                run.options().repeats());
        return new Result("snapshot", setup, measures, List.of(), problems);
    }

    private static void take(Run run, KeySpace space, int qos, List<Measure> measures, List<String> problems) {
        int repeats = run.options().repeats();
        double[] millis = new double[repeats];
        int fewest = Integer.MAX_VALUE;
        for (int i = 0; i < repeats; i++) {
            Snapshot snapshot = new Snapshot(space.count());
            try (Loop loop = run.loop()) {
                Link link = loop.connect(run.clientId("snapshot-qos" + qos + '-', i), snapshot);
                long start = System.nanoTime();
                loop.subscribe(link, space.prefix() + "/#", qos);
                while (!snapshot.complete()
                        && System.nanoTime() - start < MOST
                        && System.nanoTime() - snapshot.lastArrival(start) < SILENCE) {
                    loop.runUntil(snapshot::complete, snapshot.lastArrival(start) + SILENCE);
                }
                millis[i] = (snapshot.lastArrival(start) - start) / 1e6;
            }
            fewest = Math.min(fewest, snapshot.distinct);
        }
        Arrays.sort(millis);
        String name = "QoS " + qos;
        measures.add(new Measure(name + " delivered", fewest, "keys"));
        measures.add(new Measure(name + " median", millis[repeats / 2], "ms"));
        measures.add(new Measure(name + " fastest", millis[0], "ms"));
        measures.add(new Measure(name + " slowest", millis[repeats - 1], "ms"));
        if (fewest < space.count()) {
            problems.add(String.format(Locale.ROOT, "QoS %d delivered %,d of %,d", qos, fewest, space.count()));
        }
    }

    /** Counts distinct keys. */
    private static final class Snapshot implements PacketHandler {
        private final boolean[] seen;
        private int distinct;
        private long last;

        Snapshot(int count) {
            seen = new boolean[count];
        }

        boolean complete() {
            return distinct == seen.length;
        }

        long lastArrival(long otherwise) {
            return last == 0 ? otherwise : last;
        }

        @Override
        public void packet(Link link, PacketParser packet, long now) {
            if (packet.type() != Packets.PUBLISH) {
                return;
            }
            if (packet.qos() > 0) {
                link.appendAck(packet.packetId());
            }
            if (packet.payloadLength() < PutTemplate.MIN_SIZE) {
                return;
            }
            int key = packet.payloadInt(PutTemplate.KEY);
            if (!seen[key]) {
                seen[key] = true;
                distinct++;
                last = now;
            }
        }
    }
}
