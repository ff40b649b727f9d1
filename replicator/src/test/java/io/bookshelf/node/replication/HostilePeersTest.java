package io.bookshelf.node.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.replica.Incarnations;
import io.bookshelf.schema.DotClock;
import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.Scope;
import io.bookshelf.schema.Version;
import io.bookshelf.schema.wire.Frame;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What those can do who are let in and mean harm: a cloud, at any time, and a unit, once it has been put out. */
final class HostilePeersTest {
    private static final List<String> HOME = List.of("attic", "cellar", "hall");
    private static final String HOSTILE = "zed";
    private static final long FAR = 1L << 40;
    private static final long SEEDS = 40;
    private static final long YEAR = 365L * 24 * 3_600_000;

    /** Says of all others that it has what they have written and will write, and that they say so too. */
    private static final class Liar implements SimLinks.Tamper {
        private final SimWorld world;
        private final Random random;

        Liar(SimWorld world, long seed) {
            this.world = world;
            this.random = new Random(seed);
        }

        @Override
        public List<Frame> sent(String from, String to, Frame frame) {
            if (!from.equals(HOSTILE)) {
                return List.of(frame);
            }
            List<Frame> frames = new ArrayList<>(List.of(lie(frame, to)));
            if (frame instanceof Frame.Heartbeat) {
                HOME.stream()
                        .filter(unit -> !unit.equals(to))
                        .map(unit -> new Frame.Statement(unit, boot(unit), FAR, -1L >>> 1, everything()))
                        .forEach(forged -> frames.add(new Frame.Statements(List.of(forged))));
            }
            return frames;
        }

        private Frame lie(Frame frame, String to) {
            return switch (frame) {
                case Frame.Clock clock -> new Frame.Clock(clock.roots(), everything());
                case Frame.Hello hello -> random.nextInt(4) == 0 ? inAnotherName(hello, to) : hello;
                case Frame.Entries entries ->
                    new Frame.Entries(entries.from(), entries.through(), entries.entries(), FAR, FAR);
                default -> frame;
            };
        }

        private long boot(String unit) {
            return Objects.requireNonNull(world.units.get(unit)).disk.replica();
        }

        private DotClock everything() {
            DotClock all = DotClock.EMPTY;
            for (String unit : HOME) {
                all = all.with(boot(unit), FAR, FAR);
            }
            return all;
        }

        private Frame inAnotherName(Frame.Hello hello, String to) {
            String other = HOME.get((HOME.indexOf(to) + 1) % HOME.size());
            long boot = random.nextBoolean()
                    ? boot(other)
                    : Incarnations.ids(other, random).nextLong();
            return new Frame.Hello(
                    hello.protocol(),
                    hello.oldest(),
                    boot,
                    hello.began(),
                    hello.cursor(),
                    hello.empty(),
                    hello.clock(),
                    hello.wallMillis(),
                    hello.wallKnown(),
                    hello.revocations());
        }
    }

    private static Script home(long seed) {
        List<String> all = new ArrayList<>(HOME);
        all.add(HOSTILE);
        return Script.mesh(new Random(seed), all);
    }

    private static void writes(Script script, Random random, int count) {
        for (int i = 0; i < count; i++) {
            String key = List.of("k/", "private/").get(random.nextInt(2)) + random.nextInt(6);
            String unit = HOME.get(random.nextInt(HOME.size()));
            script.write(unit, key, random.nextInt(5) == 0 ? "" : unit + "@" + i);
            script.run(random.nextInt(400));
        }
    }

    /** All units of the home hold what was written last, whatever the other says. */
    private static void agree(Script script) {
        long end = script.world.now() + 120_000;
        @Nullable String wrong = wrong(script);
        while (wrong != null) {
            if (script.world.now() >= end) {
                throw script.world.wrong(wrong);
            }
            script.run(500);
            wrong = wrong(script);
        }
    }

    private static @Nullable String wrong(Script script) {
        TreeSet<Key> keys = new TreeSet<>(script.world.truth.keys());
        for (String unit : HOME) {
            Map<Key, Entry> live = new TreeMap<>(script.unit(unit).live());
            for (Key key : keys) {
                String wrong = script.world.truth.judge(
                        key, live.get(key), script.unit(unit).clock.millis());
                if (wrong != null && key.scope() != Scope.UNIT) {
                    return unit + " has of " + key + ": " + wrong;
                }
            }
        }
        return null;
    }

    @Test
    void aCloudThatLiesOfOthersDeletesNothing() {
        for (long seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            Script script = home(seed);
            script.unit(HOSTILE).cloud = true;
            HOME.forEach(unit -> script.unit(unit).listed(new TreeSet<>(HOME)));
            script.world.links.tamper(new Liar(script.world, seed));
            for (int round = 0; round < 4; round++) {
                writes(script, random, 15);
                if (random.nextInt(3) == 0) {
                    script.restart(HOME.get(random.nextInt(HOME.size())));
                }
                script.run(random.nextInt(8_000));
            }
            agree(script);
            script.run(20_000);
            agree(script);
        }
    }

    @Test
    void aUnitThatLiedDeletesNothingOnceItIsPutOut() {
        int believed = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            Script script = home(seed);
            writes(script, random, 15);
            agree(script);
            Liar liar = new Liar(script.world, seed);
            script.world.links.tamper(liar);
            script.run(5_000 + random.nextInt(10_000));
            believed += (int) HOME.stream()
                    .filter(unit -> HOME.stream()
                            .anyMatch(other -> !other.equals(unit)
                                    && script.unit(unit)
                                                    .core()
                                                    .clock()
                                                    .counter(
                                                            script.unit(other)
                                                                    .disk
                                                                    .replica(),
                                                            Scope.EVERYWHERE)
                                            == FAR))
                    .count();
            putOut(script, random);
            if (random.nextBoolean()) {
                script.restart(HOME.get(random.nextInt(HOME.size())));
            }
            writes(script, random, 30);
            agree(script);
            script.run(20_000);
            agree(script);
        }
        assertThat(believed).as("units that believed it while it was in").isPositive();
    }

    /** One after the other they hear of it; those who have not may believe it still, and tell the others. */
    private static void putOut(Script script, Random random) {
        script.world.links.putOut(script.unit(HOSTILE));
        for (String unit : HOME) {
            script.run(random.nextInt(3_000));
            script.unit(unit).revoked(0xBAD);
            script.unit(unit).listed(new TreeSet<>(HOME));
        }
        script.run(1_000);
    }

    /** The greatest stamp that is taken leaves room for whoever writes the key next. */
    @Test
    void aKeyWithTheGreatestStampIsWrittenAndDeletedAgain() {
        Script script = Script.mesh("attic", "hall", HOSTILE);
        script.write("attic", "k", "honest");
        script.agree();
        long latest = SimUnit.LATEST;
        script.world.links.tamper((from, to, frame) -> frame instanceof Frame.Entries entries && from.equals(HOSTILE)
                ? List.of(new Frame.Entries(
                        entries.from(),
                        entries.through(),
                        entries.entries().stream()
                                .flatMap(entry -> List.of(
                                        stamped(entry, (latest << 16) | 0xFFFF),
                                        stamped(entry, ((latest - YEAR) << 16) | 0xFFFF))
                                        .stream())
                                .toList(),
                        0,
                        0))
                : List.of(frame));
        script.write(HOSTILE, "k", "for ever");
        script.until(
                "it is believed",
                () -> "for ever".equals(script.values("attic").get("k"))
                        && "for ever".equals(script.values("hall").get("k")));
        script.world.links.putOut(script.unit(HOSTILE));
        script.write("attic", "k", "again");
        script.until("it is taken", () -> "again".equals(script.values("hall").get("k")));
        script.delete("hall", "k");
        script.until("it is taken", () -> script.hasTombstone("attic", "k"));
    }

    private static Entry stamped(Entry entry, long stamp) {
        return new Entry(
                entry.key(),
                entry.value(),
                entry.deleted(),
                entry.qos(),
                entry.properties(),
                new Version(stamp, entry.version().replica()),
                entry.counter(),
                entry.seen(),
                entry.expiresAt(),
                entry.sequence());
    }

    /** One that units of the first version have taken already. */
    @Test
    void aKeyThatHasTheLastStampOfAllIsWrittenAgain() {
        Script script = Script.mesh("attic", "cellar", "hall");
        script.world.links.tamper((from, to, frame) -> frame instanceof Frame.Entries entries && from.equals("attic")
                ? List.of(new Frame.Entries(
                        entries.from(),
                        entries.through(),
                        entries.entries().stream()
                                .map(entry -> stamped(entry, (SimUnit.LATEST << 16) | 0xFFFF))
                                .toList(),
                        0,
                        0))
                : List.of(frame));
        script.write("attic", "k", "for ever");
        script.until("they have it", () -> List.of("cellar", "hall").stream()
                .allMatch(unit -> script.values(unit).containsKey("k")));
        script.world.links.putOut(script.unit("attic"));
        script.write("hall", "k", "again");
        script.until("it is taken", () -> script.values("cellar").equals(Map.of("k", "again")));
        script.delete("cellar", "k");
        script.until("it is taken", () -> script.hasTombstone("hall", "k"));
    }
}
