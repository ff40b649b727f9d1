package io.bookshelf.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.merkle.Forest.Change;
import io.bookshelf.schema.DotClock;
import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.Scope;
import io.bookshelf.schema.Seen;
import io.bookshelf.schema.ValueProperties;
import io.bookshelf.schema.Version;
import io.bookshelf.schema.wire.Frame;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a core claims to cover, and what it does not: after damage, on a new link, and of what those say who may lie. */
final class ClaimsTest {
    private static final long BOOT = Boots.of("hall", 5);
    private static final long PEER = Boots.of("attic", 9);
    private static final long OTHER = Boots.of("cellar", 7);
    private static final long CLOUD = Boots.of("cloud", 3);
    private static final long REVOKED = 0x5EED;

    private final ReplicaCore core = start(BOOT, Map.of());
    private final Map<String, byte[]> disk = new TreeMap<>();

    private static ReplicaCore start(long boot, Map<String, byte[]> kept) {
        return ReplicaCore.start("hall", boot, kept, 10, 0, false, CoreSettings.DEFAULTS, new SplittableRandom(1));
    }

    /** What it wants kept is kept. */
    private List<Effect> step(Input input) {
        List<Effect> all = new ArrayList<>(core.step(input, 1_000));
        for (Effect effect : List.copyOf(all)) {
            if (effect instanceof Effect.Submit submit) {
                disk.putAll(submit.kept());
                all.addAll(core.step(new Input.Settled(submit.ticket(), taken(submit), null), 1_000));
            }
        }
        return all;
    }

    private static List<Merging.Verdict> taken(Effect.Submit submit) {
        return submit.entries().stream()
                .map(entry -> new Merging.Verdict(Merging.Outcome.APPLIED, null, entry, null))
                .toList();
    }

    private List<Effect> receive(long link, Frame frame) {
        return step(new Input.Received(link, frame, 100));
    }

    private static Frame hello(long boot, Frame.@Nullable Cursor cursor, long revocations) {
        return new Frame.Hello(1, 1, boot, 0, cursor, false, DotClock.EMPTY, 0, false, revocations);
    }

    private List<Effect> link(long id, String unit, long boot, Frame.@Nullable Cursor cursor) {
        step(new Input.Opened(id, unit, unit.equals("cloud"), true));
        return receive(id, hello(boot, cursor, 0));
    }

    private static Entry written(String key, long author, long sequence, int bytes) {
        return new Entry(
                Key.of(key),
                new byte[bytes],
                false,
                0,
                ValueProperties.NONE,
                new Version(sequence, author),
                sequence,
                Seen.NOTHING,
                0,
                sequence);
    }

    private void commit(Entry entry) {
        Input.Applied applied = new Input.Applied(entry, 0);
        step(new Input.Committed(List.of(applied), entry.sequence(), entry.sequence(), 0, entry.counter()));
    }

    private static List<Frame> sent(List<Effect> effects) {
        return effects.stream()
                .filter(Effect.Send.class::isInstance)
                .map(effect -> ((Effect.Send) effect).frame())
                .toList();
    }

    /** The rows as the next start finds them: with what the store says of the start that ended. */
    private Map<String, byte[]> afterTheEnd(long boot, long counter) {
        Map<String, byte[]> rows = new TreeMap<>(disk);
        rows.put(
                "author/" + HexFormat.of().toHexDigits(boot),
                ByteBuffer.allocate(24)
                        .putLong(0)
                        .putLong(counter)
                        .putLong(counter)
                        .array());
        return rows;
    }

    @Test
    void aStartsOwnWritesAreClaimedByTheNext() {
        step(new Input.Tick(0, true));
        commit(written("k", BOOT, 11, 1));
        step(new Input.Tick(0, true));
        DotClock next = start(BOOT + 1, afterTheEnd(BOOT, 11)).clock();
        assertThat(next.counter(BOOT, Scope.EVERYWHERE)).isEqualTo(11);
    }

    /** A store of the first version has a clock alone, beside which all other rows count. */
    @Test
    void whatAStoreOfTheFirstVersionClaimsIsClaimedUntilItIsGivenUp() {
        byte[] clock = DotClock.EMPTY.with(OTHER, 2, 2).toBytes();
        disk.put(
                "clock",
                ByteBuffer.allocate(1 + clock.length).put((byte) 1).put(clock).array());
        disk.put("peer/attic", new PeerMemory(PEER, 7, true, 3, 3, 0).toBytes());
        Map<String, byte[]> former = afterTheEnd(BOOT - 1, 4);
        disk.putAll(former);
        ReplicaCore next = start(BOOT, disk);
        assertThat(next.clock())
                .isEqualTo(DotClock.EMPTY.with(OTHER, 2, 2).with(PEER, 3, 3).with(BOOT - 1, 4, 4));
        List<Effect> effects = next.step(new Input.Damaged(), 1_000);
        Effect.Submit row = effects.stream()
                .filter(Effect.Submit.class::isInstance)
                .map(Effect.Submit.class::cast)
                .findFirst()
                .orElseThrow();
        disk.putAll(row.kept());
        assertThat(start(BOOT + 1, afterTheEnd(BOOT, 9)).clock().size()).isZero();
    }

    /** One of them may be among what is lost: absent and covered, it would be deleted everywhere. */
    @Test
    void afterDamageNoLaterStartClaimsWhatWasWrittenBefore() {
        long older = BOOT - 1;
        step(new Input.Tick(0, true));
        commit(written("k", BOOT, 11, 1));
        link(1, "attic", PEER, new Frame.Cursor(BOOT, 11));
        receive(1, new Frame.Entries(0, 3, List.of(written("l", PEER, 3, 1)), 0, 3));
        step(new Input.Tick(0, true));
        step(new Input.Damaged());
        step(new Input.Tick(0, true));
        Map<String, byte[]> rows = afterTheEnd(BOOT, 11);
        // Of a start that is so old that nothing else is known of it.
        rows.putAll(afterTheEnd(older, 4));
        assertThat(start(BOOT + 1, rows).clock().size()).isZero();
    }

    @Test
    void aNewLinkClaimsNothingThatTheOneBeforeItLeftOut() {
        commit(written("k", BOOT, 11, 1));
        commit(written("large", BOOT, 12, 60_000));
        commit(written("k", BOOT, 13, 1));
        assertThat(link(1, "attic", PEER, new Frame.Cursor(BOOT, 5))).contains(new Effect.ReadPage(1, 5));
        // The first write of k is left out, as it was written again.
        step(new Input.Page(1, List.of(), 11, 13, true, false));
        step(new Input.Closed(1, "cut"));
        List<Frame> again = sent(link(2, "attic", PEER, new Frame.Cursor(BOOT, 11)));
        assertThat(again)
                .filteredOn(Frame.Entries.class::isInstance)
                .map(frame -> (Frame.Entries) frame)
                .anyMatch(entries -> entries.through() == 12)
                .allMatch(entries -> entries.ownEverywhere() == (entries.through() < 13 ? 0 : 13));
    }

    @Test
    void aPageOfACountThatWasGivenUpIsNotCounted() {
        long before = Boots.counting(core.step(new Input.Tick(0, true), 1_000));
        List<Effect> damaged = core.step(new Input.Damaged(), 1_000);
        long after = Boots.counting(damaged);
        core.step(new Input.Counted(before, List.of(), true), 1_000);
        assertThat(core.roots()).as("of before the damage").isNull();
        core.step(new Input.Counted(after, List.of(), true), 1_000);
        assertThat(core.roots()).isNotNull();
    }

    @Test
    void aRowIsHandedInForTheCaseThatAnEntryIsRefusedToo() {
        link(1, "attic", PEER, null);
        Frame frame = new Frame.Entries(0, 3, List.of(written("l", PEER, 3, 1)), 0, 3);
        Effect.Submit submit = core.step(new Input.Received(1, frame, 100), 1_000).stream()
                .filter(Effect.Submit.class::isInstance)
                .map(Effect.Submit.class::cast)
                .findFirst()
                .orElseThrow();
        assertThat(memory(submit.kept())).matches(PeerMemory::whole).matches(memory -> memory.ownEverywhere() == 3);
        assertThat(submit.refusing()).containsOnlyKeys(submit.kept().keySet());
        assertThat(memory(submit.refusing()))
                .matches(memory -> !memory.whole() && memory.ownEverywhere() == 0 && memory.cursor() == 3);
    }

    @Test
    void ofAStreamOfWhichAnEntryWasRefusedNothingIsClaimed() {
        link(1, "attic", PEER, null);
        Frame first = new Frame.Entries(0, 3, List.of(written("l", PEER, 3, 1)), 0, 3);
        for (Effect effect : core.step(new Input.Received(1, first, 100), 1_000)) {
            if (effect instanceof Effect.Submit submit) {
                Merging.Verdict refused = new Merging.Verdict(Merging.Outcome.REFUSED, null, null, null);
                core.step(new Input.Settled(submit.ticket(), List.of(refused), null), 1_000);
            }
        }
        receive(1, new Frame.Entries(3, 4, List.of(written("m", PEER, 4, 1)), 0, 4));
        assertThat(core.clock().counter(PEER, Scope.EVERYWHERE)).isZero();
    }

    @Test
    void ofAStreamThatDoesNotBeginWithItsStartNothingIsClaimed() {
        link(1, "attic", PEER, null);
        receive(1, new Frame.Entries(2, 3, List.of(written("l", PEER, 3, 1)), 0, 3));
        assertThat(core.clock().counter(PEER, Scope.EVERYWHERE)).isZero();
    }

    @Test
    void aPageClaimsNothingThatWasWrittenSinceItWasAskedFor() {
        commit(written("large", BOOT, 11, 300_000));
        assertThat(link(1, "attic", PEER, new Frame.Cursor(BOOT, 5))).contains(new Effect.ReadPage(1, 5));
        commit(written("k", BOOT, 12, 1));
        List<Effect> page = step(new Input.Page(1, List.of(written("large", BOOT, 11, 1)), 11, 11, false, false));
        assertThat(sent(page))
                .filteredOn(Frame.Entries.class::isInstance)
                .map(frame -> (Frame.Entries) frame)
                .filteredOn(entries -> entries.through() == 11)
                .allMatch(entries -> entries.ownEverywhere() == 11);
    }

    /** The other's write may be left to its author to deliver: until both hold the same the peer may have neither. */
    @Test
    void nothingIsClaimedWhileAnotherUnitsWriteInPlaceOfAnOwnMayBeUnderWay() {
        count();
        link(1, "attic", PEER, new Frame.Cursor(BOOT, 10));
        Entry own = written("k", BOOT, 11, 1);
        step(new Input.Changed(List.of(new Change(null, own))));
        commit(own);
        Entry theirs = written("k", OTHER, 12, 1);
        step(new Input.Changed(List.of(new Change(own, theirs))));
        step(new Input.Committed(List.of(new Input.Applied(theirs, 7)), 12, 12, 0, 11));
        assertThat(claimedWith(written("l", BOOT, 13, 1))).isZero();
        Frame.Roots same = Objects.requireNonNull(core.roots());
        receive(1, new Frame.Heartbeat(1, 0, 0, 0, 0, same, core.clock().hash(), 0, false));
        assertThat(claimedWith(written("m", BOOT, 14, 1))).isEqualTo(14);
    }

    private long claimedWith(Entry entry) {
        step(new Input.Changed(List.of(new Change(null, entry))));
        Input.Applied applied = new Input.Applied(entry, 0);
        List<Effect> effects =
                step(new Input.Committed(List.of(applied), entry.sequence(), entry.sequence(), 0, entry.counter()));
        return sent(effects).stream()
                .filter(Frame.Entries.class::isInstance)
                .mapToLong(frame -> ((Frame.Entries) frame).ownEverywhere())
                .max()
                .orElse(-1);
    }

    private static PeerMemory memory(Map<String, byte[]> rows) {
        return PeerMemory.fromBytes(Objects.requireNonNull(rows.get("peer/attic")));
    }

    @Test
    void aReplicaIdThatIsNotOfTheUnitThatProvedItselfIsRefused() {
        List<Effect> effects = link(1, "attic", OTHER, null);
        assertThat(effects).contains(new Effect.Close(1, "its replica id is not one of the unit attic"));
        receive(1, new Frame.Entries(0, 3, List.of(), 0, 3));
        assertThat(core.clock().size()).isZero();
    }

    /** Says, with the roots that this unit has, that it knows of everything that a unit has written or will write. */
    private void lie(long link, long about) {
        Frame.Roots same = Objects.requireNonNull(core.roots());
        receive(link, new Frame.Heartbeat(1, 0, 0, 0, 0, same, 1, 0, false));
        receive(link, new Frame.Clock(same, DotClock.EMPTY.with(about, 1L << 40, 1L << 40)));
    }

    private void count() {
        step(new Input.Counted(Boots.counting(step(new Input.Tick(0, true))), List.of(), true));
    }

    @Test
    void aCloudIsHeardOfNobodyButItself() {
        count();
        link(1, "cloud", CLOUD, null);
        lie(1, OTHER);
        assertThat(core.clock().counter(OTHER, Scope.EVERYWHERE)).isZero();
        lie(1, BOOT);
        assertThat(core.clock().counter(BOOT, Scope.EVERYWHERE)).isZero();
        receive(1, new Frame.Entries(0, 3, List.of(written("l", CLOUD, 3, 1)), 7, 3));
        assertThat(core.clock().counter(CLOUD, Scope.EVERYWHERE)).isEqualTo(3);
        assertThat(core.clock().counter(CLOUD, Scope.NETWORK)).isZero();
    }

    @Test
    void noStatementIsTakenFromACloudOrGivenToIt() {
        step(new Input.Listed(Set.of("hall", "attic", "cellar")));
        step(new Input.Tick(0, true));
        link(1, "attic", PEER, null);
        link(2, "cloud", CLOUD, null);
        Frame forged = new Frame.Statements(List.of(new Frame.Statement("cellar", OTHER, 5, 5, DotClock.EMPTY)));
        assertThat(receive(2, forged)).isEmpty();
        step(new Input.Closed(2, "cut"));
        List<Effect> toAttic = link(3, "attic", PEER + 1, null);
        assertThat(sent(toAttic)).noneMatch(Frame.Statements.class::isInstance);
        receive(3, forged);
        assertThat(sent(link(4, "cloud", CLOUD, null))).noneMatch(Frame.Statements.class::isInstance);
    }

    @Test
    void aStatementUnderAReplicaIdThatIsNotOfItsUnitIsNotTaken() {
        step(new Input.Listed(Set.of("hall", "attic", "cellar")));
        link(1, "attic", PEER, null);
        receive(1, new Frame.Statements(List.of(new Frame.Statement("cellar", PEER, 5, 5, DotClock.EMPTY))));
        assertThat(sent(link(2, "attic", PEER + 1, null))).noneMatch(Frame.Statements.class::isInstance);
    }

    @Test
    void nobodyKnowsMoreOfThisStartThanItself() {
        count();
        link(1, "attic", PEER, null);
        lie(1, BOOT);
        assertThat(core.clock().counter(BOOT, Scope.EVERYWHERE)).isZero();
    }

    /** A unit of the network can lie while it is in; once it is put out nothing of that is left, nor comes back through others. */
    @Test
    void whatWasLearnedIsGivenUpWhenACertificateIsRevoked() {
        count();
        step(new Input.Listed(Set.of("hall", "attic", "cellar")));
        link(1, "attic", PEER, null);
        receive(1, new Frame.Statements(List.of(new Frame.Statement("cellar", OTHER, 5, 5, DotClock.EMPTY))));
        lie(1, OTHER);
        step(new Input.Tick(0, true));
        assertThat(core.clock().counter(OTHER, Scope.EVERYWHERE)).isEqualTo(1L << 40);

        assertThat(step(new Input.Revoked(REVOKED))).anyMatch(Effect.Close.class::isInstance);
        assertThat(core.clock().size()).isZero();
        assertThat(start(BOOT + 1, afterTheEnd(BOOT, 0)).clock().size())
                .as("on disk")
                .isZero();

        List<Effect> greeting = link(2, "cellar", OTHER, null);
        assertThat(sent(greeting)).noneMatch(Frame.Statements.class::isInstance);
        long third = Boots.of("zed", 1);
        lie(2, third);
        assertThat(core.clock().counter(third, Scope.EVERYWHERE))
                .as("of one that has not given it up yet")
                .isZero();
        step(new Input.Closed(2, "cut"));
        step(new Input.Opened(3, "cellar", false, true));
        receive(3, hello(OTHER, null, REVOKED));
        lie(3, third);
        assertThat(core.clock().counter(third, Scope.EVERYWHERE)).isEqualTo(1L << 40);
    }

    @Test
    void afterAnInternalErrorNothingIsClaimed() {
        count();
        commit(written("k", BOOT, 11, 1));
        link(1, "attic", PEER, null);
        lie(1, OTHER);
        try {
            BrokenInvariant.check(false, "a rule");
        } catch (BrokenInvariant e) {
            core.broken(e);
        }
        assertThat(core.clock().size()).isZero();
        assertThat(step(new Input.Tick(0, true)))
                .contains(new Effect.Close(1, "damage was found in the store: beginning anew"));
    }
}
