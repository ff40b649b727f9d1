package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.it.Putter.Put;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A network of five units, in the long run also one of 24, as processes in network namespaces, in the shapes into which one
 * can fall apart; and units killed while they are repaired.
 */
@ResourceLock("namespaces")
final class ShapesIT {
    private static final int MANY = 20_000;

    @RegisterExtension
    final Units units = Units.perTest();

    static IntStream sizes() {
        int one = Integer.getInteger("bookshelf.units", 5);
        return one == 5 && Boolean.getBoolean("bookshelf.full") ? IntStream.of(5, 24) : IntStream.of(one);
    }

    @ParameterizedTest(name = "{0} units")
    @MethodSource("sizes")
    void unitsAgreeInWhateverShapeTheirNetworkIsAndWhoeverIsKilled(int size) throws Exception {
        List<String> names =
                IntStream.rangeClosed(1, size).mapToObj("u%02d"::formatted).toList();
        Namespaces hosts = new Namespaces(names);
        RealNetwork network = units.closing(new RealNetwork(units, hosts, names));
        network.awaitInSync();
        Run run = new Run(names, hosts, network);
        network.write(names.getFirst(), puts(0, 1_000, i -> "first"));
        network.agree();
        run.cutInHalf();
        run.cutIntoAChain();
        run.leaveOneAloneAndKill();
        network.awaitInSync();
    }

    private static List<Put> puts(int from, int to, IntFunction<String> value) {
        return IntStream.range(from, to)
                .mapToObj(i -> new Put("k/" + i, value.apply(i)))
                .toList();
    }

    private static List<Put> deletes(int from, int to) {
        return puts(from, to, i -> "");
    }

    /** What is done to one network, and what must come of it. */
    private record Run(List<String> names, Namespaces hosts, RealNetwork network) {
        private int place(String name) {
            return names.indexOf(name);
        }

        /** 1,000 writes a side, by all of the side's units in turn: the same keys and others, values and deletes. */
        void cutInHalf() throws Exception {
            List<String> left = names.subList(0, names.size() / 2);
            List<String> right = names.subList(names.size() / 2, names.size());
            hosts.shape((from, to) -> left.contains(from) == left.contains(to));
            side(left, puts(0, 500, i -> "left"), deletes(600, 800));
            side(right, puts(200, 700, i -> "right"), deletes(100, 200), deletes(700, 900));
            side(right, puts(1_000, 1_200, i -> "new, right"));
            side(left, puts(400, 500, i -> "left again"), deletes(1_150, 1_200), puts(1_100, 1_250, i -> "new, left"));
            network.awaitLinks((from, to) -> left.contains(from) == left.contains(to));
            Duration took = network.agree(names, () -> hosts.shape((from, to) -> true));
            System.out.printf(
                    Locale.ROOT,
                    "ShapesIT: %d units, cut in half, 1,000 writes a side, healed: all equal after %.1f s%n",
                    names.size(),
                    took.toMillis() / 1_000.0);
        }

        @SafeVarargs
        private final void side(List<String> side, List<Put>... writes) throws InterruptedException {
            for (List<Put> each : writes) {
                for (int unit = 0; unit < side.size(); unit++) {
                    List<Put> some = new ArrayList<>();
                    for (int i = unit; i < each.size(); i += side.size()) {
                        some.add(each.get(i));
                    }
                    network.write(side.get(unit), some);
                }
            }
        }

        /** Each with its neighbours only, and from the first to the last in one direction, of which no link can be made. */
        void cutIntoAChain() throws Exception {
            String first = names.getFirst();
            String last = names.getLast();
            hosts.shape((from, to) -> Math.abs(place(from) - place(to)) == 1 || from.equals(first) && to.equals(last));
            network.write(first, puts(0, 60, i -> "one end"));
            network.write(last, puts(40, 100, i -> "other end"));
            network.write(names.get(names.size() / 2), deletes(50, 70));
            network.agree();
            network.write(last, puts(50, 60, i -> "there again"));
            network.write(first, deletes(0, 10));
            network.agree();
            network.awaitLinks((from, to) -> Math.abs(place(from) - place(to)) == 1);
        }

        /** Kills the one that was alone while it is caught up, then the one that wrote it all. */
        void leaveOneAloneAndKill() throws Exception {
            String alone = names.getLast();
            String author = names.getFirst();
            List<String> others = names.subList(0, names.size() - 1);
            hosts.shape((from, to) -> others.contains(from) == others.contains(to));
            network.write(
                    author,
                    IntStream.range(0, MANY)
                            .mapToObj(i -> new Put("k/many/" + i, "value " + i))
                            .toList());
            network.agree(others, () -> {});
            network.write(alone, puts(300, 400, i -> "alone"));
            network.write(alone, deletes(400, 450));
            network.write(author, puts(380, 420, i -> "after the one that was alone"));
            network.awaitLinks((from, to) -> others.contains(from) == others.contains(to));

            killOnceSomeHasCome(alone, alone);
            hosts.shape((from, to) -> others.contains(from) == others.contains(to));
            network.unit(alone).start();
            int some = network.state(alone, "k/many/#").size();
            assertThat(some)
                    .as("keys that %s has, killed while they came", alone)
                    .isBetween(1, MANY - 1);
            killOnceSomeHasCome(alone, author);
            network.agree(names.subList(1, names.size()), () -> {});
            network.unit(author).start();
            network.agree();
        }

        /** Heals the network and kills a unit at once when a first few of the many keys have come to one. */
        private void killOnceSomeHasCome(String receiver, String victim) {
            try (RawMqtt watcher = RawMqtt.connected(network.unit(receiver).mqtt(), Connect.v5("watcher"))) {
                int there = watcher.snapshot(0, "k/many/#").size();
                hosts.shape((from, to) -> true);
                for (int i = 0; i < Math.min(100, MANY - there); i++) {
                    watcher.expect(Packet.PUBLISH);
                }
                network.unit(victim).kill9();
            }
        }
    }
}
