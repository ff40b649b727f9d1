package io.bookshelf.broker.session;

import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Publishers, the bus, readers, slow and broken connections and crashes in every order that a seed makes up. */
final class SessionSimulationTest {
    /** The long run takes new seeds each time; the short one the same, so that what it says is about the change at hand. */
    private static final boolean FULL = Boolean.getBoolean("bookshelf.full");

    private static final int SEEDS = FULL ? 8_000 : 400;

    @Test
    void tellsEverySubscriberTheTruthInWhateverOrderThingsHappen() {
        Long only = Long.getLong("bookshelf.seed");
        long first = FULL ? System.nanoTime() : 1;
        LongStream seeds = only == null ? LongStream.range(first, first + SEEDS) : LongStream.of(only);
        seeds.forEach(SessionSimulationTest::run);
    }

    static void run(long seed) {
        // Mixed, so that neighbouring seeds do not begin alike.
        Random random = new Random(seed * 0x9E37_79B9_7F4A_7C15L);
        SimWorld world = new SimWorld(random);
        SimSteps next = new SimSteps(world);
        try {
            next.begin();
            int steps = 100 + random.nextInt(900);
            for (int i = 0; i < steps; i++) {
                next.step();
            }
            SimEnd end = new SimEnd(world);
            end.drain();
            end.checkQuiet();
            next.checkQuiet();
            end.askAgain();
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(
                    "mvn -q -pl schema,broker test -Dtest=SessionSimulationTest -Dsurefire.failIfNoSpecifiedTests=false"
                            + " -Dbookshelf.seed=" + seed + "\n" + e.getMessage(),
                    e);
        }
    }
}
