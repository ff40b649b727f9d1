package io.bookshelf.replica;

import io.bookshelf.merkle.Forest;
import io.bookshelf.schema.DotClock;
import io.bookshelf.schema.HybridClock;
import io.bookshelf.schema.wire.Frame;
import io.bookshelf.schema.wire.Frame.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * How one unit agrees with its peers: push, catch-up by cursor, reconciliation by Merkle descent, relay, and the forgetting of
 * tombstones; see {@code docs/decisions/0006-replication.md}. Pure: {@link #step} takes what happened and returns what is to be
 * done. Not thread-safe.
 */
public final class ReplicaCore {
    /** Authors of whom it is remembered which unit they are of: only for relaying less. */
    private static final int MOST_AUTHORS = 10_000;

    private final CoreState core;
    private final Peers peers;
    /** Of the page that is being counted, 0 for none. */
    private long counting;

    private boolean keepingClock;
    private long clockKeptAt;
    private long statedAt = Long.MIN_VALUE / 2;
    private long statedHash;
    private long statementNumber;
    private final Map<Long, Map<String, Statement>> toldStatements = new HashMap<>();

    /**
     * What a core starts from.
     *
     * @param unit this unit's id
     * @param boot its replica id of this start
     * @param sequence the store's sequence now
     * @param stamp the hybrid clock's last stamp
     * @param empty true if the store has no entry at all
     * @param found what is kept
     */
    record Start(String unit, long boot, long sequence, long stamp, boolean empty, KeptRows.Found found) {}

    private ReplicaCore(Start start, CoreSettings settings, RandomGenerator random) {
        this.core = new CoreState(start, settings, random);
        this.peers = new Peers(core);
    }

    /**
     * Makes a core of what the store has kept.
     *
     * @param kept the kept rows, by name
     * @param sequence the store's sequence now
     * @param stamp the hybrid clock's last stamp
     * @param empty true if the store has no entry at all
     */
    public static ReplicaCore start(
            String unit,
            long boot,
            Map<String, byte[]> kept,
            long sequence,
            long stamp,
            boolean empty,
            CoreSettings settings,
            RandomGenerator random) {
        Start start = new Start(unit, boot, sequence, stamp, empty, KeptRows.read(kept));
        return new ReplicaCore(start, settings, random);
    }

    /**
     * Takes what happened.
     *
     * @param nowMillis a clock that nobody sets
     * @return what is to be done, in order
     */
    public List<Effect> step(Input input, long nowMillis) {
        core.now = nowMillis;
        try {
            happened(input);
        } catch (BrokenInvariant e) {
            assert false : e;
            broken(e);
        }
        return core.takeEffects();
    }

    /** An internal error: whatever it has led to, less is claimed from now on. */
    void broken(BrokenInvariant rule) {
        core.say("an internal error, so nothing is claimed any more: " + rule.getMessage());
        damaged(true);
    }

    private void happened(Input input) {
        switch (input) {
            case Input.Opened opened -> peers.opened(opened);
            case Input.Received received -> received(received);
            case Input.Closed closed -> closed(closed.link());
            case Input.Changed changed -> {
                core.forest.changed(changed.changes());
                core.changedIn(Forest.buckets(changed.changes()));
                if (changed.changes().stream().anyMatch(core::isOfOursReplaced)) {
                    core.claims.oursReplaced(core.sequence + 1);
                }
                core.empty = false;
            }
            case Input.Replaced replaced -> damaged(false);
            case Input.Committed committed -> committed(committed);
            case Input.Settled settled -> core.settled(settled);
            case Input.Page page -> {
                PeerLink link = peers.link(page.link());
                if (page.damaged()) {
                    damaged(true);
                } else if (link != null) {
                    link.outgoing.page(page);
                }
            }
            case Input.Counted counted -> {
                if (counted.ticket() != counting) {
                    // Of a count that was given up.
                    break;
                }
                counting = 0;
                core.forest.count(counted.page(), counted.last());
                count();
            }
            case Input.Buckets buckets -> {
                if (!core.bucketsRead(buckets)) {
                    damaged(true);
                }
            }
            case Input.Listed listed -> core.stability.listed(listed.units());
            case Input.Revoked revoked -> revoked(revoked.revocations());
            case Input.Damaged damaged -> damaged(true);
            case Input.Tick tick -> tick(tick);
        }
    }

    private void received(Input.Received received) {
        PeerLink link = peers.link(received.link());
        if (link == null) {
            return;
        }
        link.heard(received.bytes());
        String wrong = link.isGreeted() ? take(link, received.frame()) : first(link, received.frame());
        if (!wrong.isEmpty()) {
            core.say(link.unit + ": link closed: " + wrong);
            core.send(link.id, new Frame.Bye(wrong));
            peers.end(link, wrong);
        }
    }

    private String first(PeerLink link, Frame frame) {
        return switch (frame) {
            case Frame.Hello hello -> {
                peers.greeted(link, hello);
                yield "";
            }
            case Frame.Bye bye -> {
                core.say(link.unit + " does not link: " + bye.reason());
                peers.end(link, bye.reason());
                yield "";
            }
            case Frame.Part part -> "";
            case Frame.Unknown unknown -> "";
            // Whatever the peer sent before it knew of this start is of no use.
            default -> "a frame before hello";
        };
    }

    private String take(PeerLink link, Frame frame) {
        return switch (frame) {
            case Frame.Hello hello -> "a second hello";
            case Frame.Entries entries -> link.incoming.take(entries);
            case Frame.Acknowledge acknowledge -> {
                link.outgoing.acknowledged(acknowledge);
                yield "";
            }
            case Frame.Heartbeat heartbeat -> {
                link.take(heartbeat);
                yield "";
            }
            case Frame.AskClock ask -> {
                link.answerClock();
                yield "";
            }
            case Frame.Clock clock -> {
                link.take(clock);
                yield "";
            }
            case Frame.Statements statements -> {
                statements.statements().forEach(statement -> heard(link, statement));
                yield "";
            }
            case Frame.Neighbours neighbours -> {
                core.neighbours.put(link.unit, Set.copyOf(neighbours.units()));
                yield "";
            }
            case Frame.Descent descent -> link.descents.take(descent);
            case Frame.Items items -> link.descents.take(items);
            case Frame.Repair repair -> {
                String wrong = link.incoming.repair(repair.entries());
                yield wrong.isEmpty() ? link.descents.wanted(repair) : wrong;
            }
            case Frame.Bye bye -> {
                core.say(link.unit + " ends the link: " + bye.reason());
                peers.end(link, bye.reason());
                yield "";
            }
            // A sign of life.
            case Frame.Part part -> "";
            case Frame.Unknown unknown -> "";
        };
    }

    private void heard(PeerLink link, Statement statement) {
        if (link.cloud || !link.listens() || !core.stability.isListed(statement.unit())) {
            return;
        }
        toldStatements
                .computeIfAbsent(link.id, id -> new HashMap<>())
                .merge(statement.unit(), statement, (told, now) -> isNews(now, told) ? now : told);
        if (core.stability.take(statement, core.claims.kept(), latest()) && core.unitOf.size() < MOST_AUTHORS) {
            core.unitOf.putIfAbsent(statement.boot(), statement.unit());
        }
    }

    private long latest() {
        return core.wallKnown ? HybridClock.stamp(core.wallMillis + HybridClock.BOUND_MILLIS) : -1;
    }

    private boolean isNews(Statement statement, @Nullable Statement told) {
        return told == null || Stability.isLater(statement, told, latest());
    }

    private void closed(long id) {
        toldStatements.remove(id);
        peers.closed(id);
    }

    private void committed(Input.Committed committed) {
        long before = core.sequence;
        core.sequence = committed.sequence();
        core.stamp = committed.stamp();
        core.claims.own(new Own(committed.ownNetwork(), committed.ownEverywhere()));
        if (committed.sequence() > before) {
            core.empty = false;
            core.tail.add(before, committed, core.claims.own());
            peers.greeted().forEach(link -> link.outgoing.pump());
        }
    }

    /** Claims nothing any more, counts anew, and begins every link anew, so that what is lost is found and fetched. */
    private void damaged(boolean ownToo) {
        core.claims.giveUp(ownToo);
        core.forest.reset();
        core.forgetReadings();
        core.tail.clear();
        counting = 0;
        core.memories.replaceAll((unit, memory) -> memory.withoutClaims(core.claims.epoch()));
        keepClock();
        peers.all().forEach(link -> peers.end(link, "damage was found in the store: beginning anew"));
        count();
    }

    /**
     * Whoever is put out may have lied, of others too, and been passed on in good faith: what was learned is given up, and learned
     * again from those who have given it up as well. Their streams have been taken all the same.
     */
    private void revoked(long revocations) {
        if (core.claims.listensTo(revocations)) {
            return;
        }
        core.claims.revoked(revocations);
        core.memories.replaceAll((unit, memory) -> memory.unheard(core.claims.epoch()));
        core.stability.forget();
        toldStatements.clear();
        keepClock();
        peers.all().forEach(link -> peers.end(link, "a certificate was revoked: what was learned is learned again"));
    }

    private void tick(Input.Tick tick) {
        core.wallMillis = tick.wallMillis();
        core.wallKnown = tick.wallKnown();
        for (PeerLink link : peers.all()) {
            if (link.isSilent()) {
                peers.end(link, "silent for too long");
            } else {
                link.beat();
            }
        }
        count();
        keepClock();
        core.stability.ripen(core.claims.kept());
        state();
        peers.observe();
    }

    private void count() {
        if (counting == 0 && !core.forest.isCounted()) {
            counting = core.newTicket();
            String to = core.forest.countedTo();
            core.effect(new Effect.CountPage(counting, to == null ? "" : to));
        }
    }

    private void keepClock() {
        boolean due = core.claims.isUrgent()
                || core.claims.isDue() && core.now - clockKeptAt >= core.settings.keepClockMillis();
        if (keepingClock || !due) {
            return;
        }
        keepingClock = true;
        Claims.Row row = core.claims.row();
        core.submit(0, List.of(), Map.of(KeptRows.CLOCK_ROW, KeptRows.row(row)), settled -> {
            keepingClock = false;
            clockKeptAt = core.now;
            if (settled.refused() == null) {
                core.claims.rowKept(row);
            }
        });
    }

    /** States what this unit covers, if that has changed, and passes on what others stated. */
    private void state() {
        if (core.now - statedAt < core.settings.statementMillis()) {
            return;
        }
        statedAt = core.now;
        DotClock kept = core.claims.kept();
        long hash = kept.hash() ^ core.stamp;
        statementNumber = hash == statedHash ? statementNumber : Math.max(core.stamp, statementNumber + 1);
        statedHash = hash;
        Statement own = new Statement(core.self, core.boot, statementNumber, core.stamp, kept);
        for (PeerLink link : peers.greeted()) {
            tell(link, own);
        }
    }

    private void tell(PeerLink link, Statement own) {
        Map<String, Statement> told = toldStatements.computeIfAbsent(link.id, id -> new HashMap<>());
        List<Statement> news = new ArrayList<>();
        if (isNews(own, told.get(core.self))) {
            news.add(own);
        }
        for (Statement other : core.stability.newest()) {
            Set<String> reached = core.neighbours.getOrDefault(other.unit(), Set.of());
            boolean direct = other.unit().equals(link.unit) || reached.contains(link.unit);
            if (!direct && isNews(other, told.get(other.unit()))) {
                news.add(other);
            }
        }
        news.forEach(statement -> told.put(statement.unit(), statement));
        if (!link.cloud) {
            // One a frame: each holds a whole clock.
            news.forEach(statement -> core.send(link.id, new Frame.Statements(List.of(statement))));
        }
    }

    /** What this unit covers, for {@link Merging}. */
    public DotClock clock() {
        return core.claims.clock();
    }

    /** By what tombstones are judged, as of now. */
    public Stability.Forgetting forgetting() {
        return core.stability.forgetting(core.claims.kept(), core.stamp);
    }

    /** How it stands with each peer that was ever linked since the start. */
    public Map<String, PeerStatus> status() {
        return peers.status();
    }

    /** How far the wall clocks of linked peers that know the time are ahead of this unit's, in milliseconds. */
    public List<Long> wallOffsets() {
        return peers.greeted().stream()
                .filter(PeerLink::offsetKnown)
                .map(PeerLink::offsetMillis)
                .sorted()
                .toList();
    }

    /** Counts the bytes of a frame that was sent. */
    public void sent(long link, int bytes) {
        peers.sent(link, bytes);
    }

    /** The roots as they stand, null while they are counted. */
    public Frame.@Nullable Roots roots() {
        return core.forest.roots();
    }
}
