package io.bookshelf.replica;

import io.bookshelf.schema.Digest;
import io.bookshelf.schema.DotClock;
import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Scope;
import io.bookshelf.schema.wire.Frame;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One link, from its opening to its end: who is there, signs of life, and the two streams and the descent on it. */
final class PeerLink {
    final long id;
    final String unit;
    final boolean cloud;
    final boolean dialled;
    final Outgoing outgoing;
    final Incoming incoming;
    final Descents descents;

    private final CoreState core;
    private final long openedAt;
    private Frame.@Nullable Hello hello;
    private long heardAt;
    private long beatAt;
    private int beats;
    // When the last ones went: an echo may come after the next beat.
    private final long[] beatTimes = new long[16];
    private int lastBeat;
    private long lastBeatAt;
    private long roundTrip = -1;
    private long peerWallMillis;
    private long peerWallAt;
    private boolean offsetKnown;
    private Frame.@Nullable Heartbeat lastHeartbeat;
    private long askedClockHash;
    private boolean clockAsked;
    private long bytesReceived;

    PeerLink(CoreState core, Input.Opened opened) {
        this.core = core;
        this.id = opened.link();
        this.unit = opened.unit();
        this.cloud = opened.cloud();
        this.dialled = opened.dialled();
        this.openedAt = core.now;
        this.heardAt = core.now;
        this.outgoing = new Outgoing(core, this);
        this.incoming = new Incoming(core, this);
        this.descents = new Descents(core, this);
    }

    void greet() {
        core.send(
                id,
                new Frame.Hello(
                        Frame.PROTOCOL,
                        Frame.OLDEST_PROTOCOL,
                        core.boot,
                        core.began,
                        core.cursorOf(unit),
                        core.empty,
                        clockForPeer(),
                        core.wallMillis,
                        core.wallKnown,
                        core.claims.revocations()));
    }

    void greeted(Frame.Hello said) {
        hello = said;
        core.unitOf.put(said.boot(), unit);
        core.stability.met(unit, said.boot());
        wall(said.wallMillis(), said.wallKnown());
        incoming.begin(said);
        outgoing.begin(said);
    }

    boolean isGreeted() {
        return hello != null;
    }

    Frame.Hello hello() {
        return Objects.requireNonNull(hello, "not greeted");
    }

    void heard(int bytes) {
        heardAt = core.now;
        bytesReceived += bytes;
    }

    boolean isSilent() {
        return core.now - heardAt > core.settings.silenceMillis()
                || !isGreeted() && core.now - openedAt > core.settings.silenceMillis();
    }

    /** May this peer be told of keys of a scope? */
    boolean shares(Scope scope) {
        return switch (scope) {
            case UNIT -> false;
            case NETWORK -> !cloud;
            case EVERYWHERE -> true;
        };
    }

    boolean shares(Entry entry) {
        return shares(entry.key().scope());
    }

    private DotClock clockForPeer() {
        DotClock clock = core.claims.clock();
        return cloud ? clock.withoutNetwork() : clock;
    }

    void beat() {
        if (!isGreeted() || beats > 0 && core.now - beatAt < core.settings.heartbeatMillis()) {
            return;
        }
        beatAt = core.now;
        beats++;
        beatTimes[beats % beatTimes.length] = beatAt;
        int age = lastBeat == 0 ? 0 : (int) Math.min(Integer.MAX_VALUE, core.now - lastBeatAt);
        Frame.Roots roots = core.forest.roots();
        Frame.Roots shown = roots != null && cloud ? new Frame.Roots(Digest.ZERO, roots.everywhere()) : roots;
        core.send(
                id,
                new Frame.Heartbeat(
                        beats,
                        lastBeat,
                        age,
                        outgoing.told(),
                        core.sequence,
                        shown,
                        clockForPeer().hash(),
                        core.wallMillis,
                        core.wallKnown));
    }

    void take(Frame.Heartbeat heartbeat) {
        lastBeat = heartbeat.number();
        lastBeatAt = core.now;
        lastHeartbeat = heartbeat;
        wall(heartbeat.wallMillis(), heartbeat.wallKnown());
        int echo = heartbeat.echo();
        if (echo > 0 && echo <= beats && beats - echo < beatTimes.length) {
            roundTrip = Math.max(0, core.now - beatTimes[echo % beatTimes.length] - heartbeat.echoAgeMillis());
        }
        incoming.told(heartbeat.sent());
        descents.heard();
        compare(heartbeat);
    }

    /**
     * Says where this unit stands.
     *
     * @param compare true if it is to be compared with what the peer said last
     */
    void lookAgain(boolean compare) {
        beats = Math.max(beats, 1);
        beatAt = core.now - core.settings.heartbeatMillis();
        beat();
        if (compare && lastHeartbeat != null) {
            compare(lastHeartbeat);
        }
    }

    private void compare(Frame.Heartbeat heartbeat) {
        Frame.Roots ours = core.forest.roots();
        Frame.Roots theirs = heartbeat.roots();
        if (ours == null || theirs == null) {
            descents.unknown();
            return;
        }
        if (agree(ours, theirs)) {
            descents.agreed();
            outgoing.agreed();
            long hash = heartbeat.clockHash();
            if (listens() && hash != clockForPeer().hash() && hash != askedClockHash) {
                askedClockHash = hash;
                clockAsked = true;
                core.send(id, new Frame.AskClock());
            }
            return;
        }
        boolean quiet = heartbeat.sent() == heartbeat.sequence() && incoming.isIdle() && outgoing.isIdle();
        descents.differ(ours, theirs, quiet);
    }

    boolean agree(Frame.Roots ours, Frame.Roots theirs) {
        return ours.everywhere().equals(theirs.everywhere())
                && (cloud || ours.network().equals(theirs.network()));
    }

    void answerClock() {
        Frame.Roots roots = core.forest.roots();
        if (roots != null) {
            Frame.Roots shown = cloud ? new Frame.Roots(Digest.ZERO, roots.everywhere()) : roots;
            core.send(id, new Frame.Clock(shown, clockForPeer()));
        }
    }

    /** Takes the peer's clock over if both hold the same: what is deleted there is then not here either. */
    void take(Frame.Clock clock) {
        if (!clockAsked) {
            return;
        }
        clockAsked = false;
        Frame.Roots ours = core.forest.roots();
        if (ours != null && agree(ours, clock.roots())) {
            core.claims.agreed(believed(clock.clock()));
        } else {
            askedClockHash = 0;
        }
    }

    /** True if what the peer says of others counts. */
    boolean listens() {
        return core.claims.listensTo(hello().revocations());
    }

    /** A cloud is heard of nobody but itself, and of nothing that is private. */
    private DotClock believed(DotClock said) {
        long tag = Incarnations.tag(unit);
        return cloud ? said.withoutNetwork().only(replica -> Incarnations.tag(replica) == tag) : said;
    }

    private void wall(long millis, boolean known) {
        peerWallMillis = millis;
        peerWallAt = core.now;
        offsetKnown = known;
    }

    /** How far the peer's wall clock is ahead of this unit's as that is now, which may have been set meanwhile; milliseconds. */
    long offsetMillis() {
        return peerWallMillis + core.now - peerWallAt - core.wallMillis;
    }

    boolean offsetKnown() {
        return offsetKnown;
    }

    long roundTripMillis() {
        return roundTrip;
    }

    long bytesReceived() {
        return bytesReceived;
    }

    boolean hasAgreed() {
        return descents.hasAgreed() && incoming.isIdle() && outgoing.isIdle();
    }

    boolean isCatchingUp() {
        Frame.Heartbeat last = lastHeartbeat;
        return !incoming.isIdle() || !outgoing.isIdle() || last == null || last.sent() < last.sequence();
    }
}
