package io.bookshelf.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.schema.Digest;
import io.bookshelf.schema.DotClock;
import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.Scope;
import io.bookshelf.schema.Seen;
import io.bookshelf.schema.ValueProperties;
import io.bookshelf.schema.Version;
import io.bookshelf.schema.wire.Frame;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What a core answers, frame by frame: the handshake, what it refuses, and a peer that means harm. */
final class CoreTest {
    // Of the attic's, so that both of its others may lie around it.
    private static final long BOOT = Boots.of("attic", 5);
    private static final long LOWER = Boots.of("attic", 1);
    private static final long HIGHER = Boots.of("attic", 9);
    private static final long CLOUD = Boots.of("cloud", 9);

    private final ReplicaCore core = core();
    private long now = 1_000;

    private static ReplicaCore core() {
        return ReplicaCore.start("hall", BOOT, Map.of(), 10, 0, false, CoreSettings.DEFAULTS, new SplittableRandom(1));
    }

    private List<Effect> step(Input input) {
        return core.step(input, now);
    }

    private List<Effect> open(long link, boolean dialled) {
        return step(new Input.Opened(link, "attic", false, dialled));
    }

    private List<Effect> receive(long link, Frame frame) {
        return step(new Input.Received(link, frame, 100));
    }

    private static Frame.Hello hello(long boot) {
        return new Frame.Hello(1, 1, boot, 0, null, true, DotClock.EMPTY, 0, false);
    }

    private static Entry entry(String key) {
        return new Entry(
                Key.of(key), new byte[] {1}, false, 0, ValueProperties.NONE, new Version(1, 2), 3, Seen.NOTHING, 0, 0);
    }

    private static List<Frame> sent(List<Effect> effects, long link) {
        return effects.stream()
                .filter(effect -> effect instanceof Effect.Send send && send.link() == link)
                .map(effect -> ((Effect.Send) effect).frame())
                .toList();
    }

    private static List<Long> closed(List<Effect> effects) {
        return effects.stream()
                .filter(Effect.Close.class::isInstance)
                .map(effect -> ((Effect.Close) effect).link())
                .toList();
    }

    @Test
    void aHelloIsAnsweredWithWhereTheStreamBegins() {
        assertThat(sent(open(1, true), 1)).singleElement().isInstanceOf(Frame.Hello.class);
        List<Frame> answer = sent(receive(1, hello(HIGHER)), 1);
        assertThat(answer).contains(new Frame.Entries(0, 0, List.of(), 0, 0), new Frame.Neighbours(List.of("attic")));
    }

    @Test
    void anEmptyUnitIsServedEverythingAndOneThatKnowsOfAnotherStartWhatIsNew() {
        open(1, true);
        assertThat(receive(1, hello(HIGHER))).contains(new Effect.ReadPage(1, 0));
        ReplicaCore other = core();
        other.step(new Input.Opened(1, "attic", false, true), now);
        Frame.Hello knows = new Frame.Hello(1, 1, HIGHER, 0, new Frame.Cursor(77, 8), false, DotClock.EMPTY, 0, false);
        List<Effect> effects = other.step(new Input.Received(1, knows, 100), now);
        assertThat(sent(effects, 1)).contains(new Frame.Entries(10, 10, List.of(), 0, 0));
    }

    @Test
    void aNewerProtocolIsAnsweredInWords() {
        open(1, true);
        List<Effect> effects = receive(1, new Frame.Hello(9, 7, HIGHER, 0, null, true, DotClock.EMPTY, 0, false));
        assertThat(sent(effects, 1)).singleElement().isInstanceOfSatisfying(Frame.Bye.class, bye -> assertThat(
                        bye.reason())
                .contains("update this unit"));
        assertThat(closed(effects)).containsExactly(1L);
    }

    @Test
    void anOlderPeerAndFramesOfALaterOneAreNoReasonToPart() {
        open(1, true);
        assertThat(closed(receive(1, hello(HIGHER)))).isEmpty();
        assertThat(receive(1, new Frame.Unknown())).isEmpty();
    }

    @Test
    void theDialOfTheLowerReplicaIdSurvives() {
        open(1, true);
        receive(1, hello(LOWER));
        open(2, false);
        assertThat(closed(receive(2, hello(LOWER)))).containsExactly(1L);

        ReplicaCore lower = core();
        lower.step(new Input.Opened(1, "attic", false, true), now);
        lower.step(new Input.Received(1, hello(HIGHER), 100), now);
        lower.step(new Input.Opened(2, "attic", false, false), now);
        assertThat(closed(lower.step(new Input.Received(2, hello(HIGHER), 100), now)))
                .containsExactly(2L);
    }

    @Test
    void aNewStartTakesThePlaceOfTheOldAndTwoThatAlternateAreAClone() {
        open(1, true);
        receive(1, hello(HIGHER));
        open(2, true);
        assertThat(closed(receive(2, hello(HIGHER + 1)))).containsExactly(1L);
        open(3, true);
        assertThat(receive(3, hello(HIGHER)))
                .anySatisfy(effect -> assertThat(effect.toString()).contains("clone"));
        assertThat(core.status())
                .hasEntrySatisfying("attic", how -> assertThat(how.note()).contains("clone"));
    }

    @Test
    void aPeersTimeIsComparedWithTheClockOfNowNotWithThatOfItsLastHeartbeat() {
        step(new Input.Tick(50_000, false));
        open(1, true);
        receive(1, new Frame.Hello(1, 1, HIGHER, 0, null, true, DotClock.EMPTY, 90_000, true));
        assertThat(core.wallOffsets()).containsExactly(40_000L);
        // The clock has been put right; nothing has come from the peer since.
        now += 100;
        step(new Input.Tick(90_100, true));
        assertThat(core.wallOffsets()).containsExactly(0L);
    }

    @Test
    void whatAPeerHasLeftOutOnOneLinkItNeedNotLookThroughAgainOnTheNext() {
        open(1, true);
        receive(1, hello(HIGHER));
        receive(1, new Frame.Entries(0, 0, List.of(), 0, 0));
        receive(1, new Frame.Heartbeat(1, 0, 0, 7, 0, null, 0, now, true));
        step(new Input.Closed(1, "cut"));
        assertThat(sent(open(2, true), 2))
                .singleElement()
                .isInstanceOfSatisfying(
                        Frame.Hello.class, again -> assertThat(again.cursor()).isEqualTo(new Frame.Cursor(HIGHER, 7)));
    }

    @Test
    void whatDoesNotBelongOnALinkEndsIt() {
        open(1, true);
        assertThat(closed(receive(1, new Frame.Acknowledge(1)))).containsExactly(1L);
        open(2, true);
        receive(2, hello(HIGHER));
        Frame local = new Frame.Entries(0, 1, List.of(entry("local/mine")), 0, 0);
        List<Effect> effects = receive(2, local);
        assertThat(closed(effects)).containsExactly(2L);
        assertThat(effects).noneMatch(Effect.Submit.class::isInstance);

        step(new Input.Opened(3, "cloud", true, false));
        receive(3, hello(CLOUD));
        effects = receive(3, new Frame.Repair(List.of(entry("private/wifi")), Scope.NETWORK, List.of()));
        assertThat(closed(effects)).containsExactly(3L);
    }

    @Test
    void aCloudIsToldNothingThatIsPrivate() {
        step(new Input.Opened(3, "cloud", true, false));
        receive(3, hello(CLOUD));
        step(new Input.Page(3, List.of(entry("private/wifi"), entry("k/1"), entry("local/x")), 10, 10, false, false))
                .stream()
                .filter(effect -> effect instanceof Effect.Send send && send.frame() instanceof Frame.Entries)
                .map(effect -> (Frame.Entries) ((Effect.Send) effect).frame())
                .forEach(entries -> assertThat(entries.entries()).containsExactly(entry("k/1")));
        assertThat(closed(receive(3, new Frame.Descent(Scope.NETWORK, 0, new int[] {0}, new long[32]))))
                .containsExactly(3L);
    }

    @Test
    void aSilentLinkIsDeadWithinFiveSecondsAndAHeartbeatIsOneASecond() {
        open(1, true);
        receive(1, hello(HIGHER));
        int beats = 0;
        List<Long> closed = new ArrayList<>();
        for (int i = 0; i < 52 && closed.isEmpty(); i++) {
            now += 100;
            List<Effect> effects = step(new Input.Tick(now, true));
            beats += (int) sent(effects, 1).stream()
                    .filter(Frame.Heartbeat.class::isInstance)
                    .count();
            closed.addAll(closed(effects));
        }
        assertThat(closed).containsExactly(1L);
        assertThat(beats).isBetween(5, 6);
    }

    @Test
    void aRoundTripThatIsLongerThanABeatIsMeasuredToo() {
        open(1, true);
        receive(1, hello(HIGHER));
        step(new Input.Tick(now, true));
        now += 1_000;
        step(new Input.Tick(now, true));
        now += 700;
        receive(1, new Frame.Heartbeat(1, 1, 0, 0, 0, null, 0, now, true));
        assertThat(core.status()).hasEntrySatisfying("attic", how -> assertThat(how.roundTripMillis())
                .isEqualTo(1_700));
    }

    @Test
    void aHostilePeerGetsNothingThroughThatIsOutOfScopeAndBreaksNothing() {
        for (long seed = 0; seed < 400; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            ReplicaCore victim = core();
            victim.step(new Input.Listed(Set.of("hall", "attic")), now);
            long counting = Boots.counting(victim.step(new Input.Tick(0, false), now));
            victim.step(new Input.Counted(counting, List.of(), true), now);
            long link = 1;
            victim.step(new Input.Opened(link, "attic", false, true), now);
            victim.step(new Input.Received(link, hello(HIGHER), 100), now);
            for (int i = 0; i < 100; i++) {
                List<Effect> effects = victim.step(new Input.Received(link, hostile(random), 100), now + i * 50);
                assertThat(effects).as("seed " + seed).hasSizeLessThan(100);
                answer(victim, effects);
                if (!closed(effects).isEmpty()) {
                    link++;
                    victim.step(new Input.Opened(link, "attic", false, true), now);
                    victim.step(new Input.Received(link, hello(HIGHER), 100), now);
                }
            }
        }
    }

    /** Whatever it says, in whatever order, it is heard of nobody but itself. */
    @Test
    void aHostileCloudTeachesNothingOfOthers() {
        for (long seed = 0; seed < 200; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            ReplicaCore victim = core();
            victim.step(new Input.Listed(Set.of("hall", "attic")), now);
            long counting = Boots.counting(victim.step(new Input.Tick(0, false), now));
            victim.step(new Input.Counted(counting, List.of(), true), now);
            Frame.Roots same = Objects.requireNonNull(victim.roots());
            for (int i = 0; i < 60; i++) {
                victim.step(new Input.Opened(i, "cloud", true, false), now);
                long boot = random.nextInt(3) == 0 ? HIGHER : Boots.of("cloud", random.nextInt(3));
                victim.step(new Input.Received(i, hello(boot), 100), now);
                victim.step(new Input.Received(i, new Frame.Heartbeat(1, 0, 0, 0, 0, same, i, 0, false), 100), now);
                DotClock all = DotClock.EMPTY.with(random.nextLong(), 9, 9).with(HIGHER, 9, 9);
                Frame frame = random.nextBoolean() ? new Frame.Clock(same, all) : hostile(random);
                answer(victim, victim.step(new Input.Received(i, frame, 100), now));
                for (int place = 0; place < victim.clock().size(); place++) {
                    long replica = victim.clock().replica(place);
                    assertThat(Incarnations.isOf(replica, "cloud"))
                            .as("seed " + seed)
                            .isTrue();
                    assertThat(victim.clock().counter(replica, Scope.NETWORK)).isZero();
                }
            }
        }
    }

    private void answer(ReplicaCore victim, List<Effect> effects) {
        for (Effect effect : effects) {
            switch (effect) {
                case Effect.Submit submit -> {
                    assertThat(submit.entries()).allMatch(entry -> entry.key().scope() != Scope.UNIT);
                    List<Merging.Verdict> verdicts = submit.entries().stream()
                            .map(entry -> Merging.merge(null, entry, victim.clock(), Long.MAX_VALUE, 0))
                            .toList();
                    victim.step(new Input.Settled(submit.ticket(), verdicts, null), now);
                }
                case Effect.ReadBuckets read -> {
                    Map<Integer, List<Entry>> found = new HashMap<>();
                    read.buckets().forEach(bucket -> found.put(bucket, List.of()));
                    victim.step(new Input.Buckets(read.ticket(), found), now);
                }
                default -> {}
            }
        }
    }

    private static Frame hostile(SplittableRandom random) {
        long number = random.nextInt(3) == 0 ? random.nextLong() : random.nextInt(20);
        Scope scope = random.nextBoolean() ? Scope.NETWORK : Scope.EVERYWHERE;
        String key = List.of("k/1", "local/1", "private/1").get(random.nextInt(3));
        DotClock clock = DotClock.EMPTY.with(random.nextLong(), number, number);
        return switch (random.nextInt(12)) {
            case 0 -> hello(number);
            case 1 -> new Frame.Entries(0, number & Long.MAX_VALUE, List.of(entry(key)), number, number);
            case 2 -> new Frame.Acknowledge(number);
            case 3 ->
                new Frame.Heartbeat(
                        (int) number,
                        (int) number,
                        (int) number,
                        number,
                        number,
                        new Frame.Roots(new Digest(number, 1), Digest.ZERO),
                        number,
                        number,
                        true);
            case 4 -> new Frame.AskClock();
            case 5 -> new Frame.Clock(new Frame.Roots(Digest.ZERO, Digest.ZERO), clock);
            case 6 ->
                new Frame.Statements(List.of(
                        new Frame.Statement(random.nextBoolean() ? "attic" : "x", number, number, number, clock)));
            case 7 -> new Frame.Neighbours(List.of("hall", "x" + number));
            case 8 ->
                new Frame.Descent(
                        scope,
                        random.nextInt(3),
                        new int[] {0},
                        random.longs(32).toArray());
            case 9 ->
                new Frame.Items(
                        scope,
                        List.of(new Frame.Items.Leaf(
                                random.nextInt(1 << 15), List.of(new Frame.Item(number, number, number, number)))));
            case 10 ->
                new Frame.Repair(
                        List.of(entry(key)), scope, List.of(new Frame.Repair.Wanted(random.nextInt(1 << 15), number)));
            default -> new Frame.Unknown();
        };
    }
}
