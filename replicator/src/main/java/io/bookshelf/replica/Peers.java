package io.bookshelf.replica;

import io.bookshelf.schema.wire.Frame;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The links of a core: one a pair survives, and what is told of each peer outlives its links. */
final class Peers {
    private static final int BOOTS_REMEMBERED = 8;

    private final CoreState core;
    private final Map<Long, PeerLink> links = new LinkedHashMap<>();
    private final Map<String, Known> known = new HashMap<>();

    private static final class Known {
        private final ArrayDeque<Long> boots = new ArrayDeque<>();
        private PeerStatus.State state = PeerStatus.State.UNREACHABLE;
        private long since;
        private long lastInSync;
        private long bytesSent;
        private long bytesReceived;
        private String note = "";
    }

    Peers(CoreState core) {
        this.core = core;
    }

    void opened(Input.Opened opened) {
        PeerLink link = new PeerLink(core, opened);
        links.put(opened.link(), link);
        known(opened.unit());
        link.greet();
    }

    private Known known(String unit) {
        return known.computeIfAbsent(unit, name -> {
            Known fresh = new Known();
            fresh.since = core.wallMillis;
            return fresh;
        });
    }

    @Nullable
    PeerLink link(long id) {
        return links.get(id);
    }

    Collection<PeerLink> all() {
        return List.copyOf(links.values());
    }

    /** Links on which both have said hello. */
    List<PeerLink> greeted() {
        return links.values().stream().filter(PeerLink::isGreeted).toList();
    }

    void greeted(PeerLink link, Frame.Hello hello) {
        if (hello.oldest() > Frame.PROTOCOL || hello.protocol() < Frame.OLDEST_PROTOCOL) {
            String reason = hello.oldest() > Frame.PROTOCOL
                    ? "this unit speaks protocol version " + Frame.PROTOCOL + ", and " + hello.oldest()
                            + " is the oldest that you speak: update this unit"
                    : "the oldest protocol version that this unit speaks is " + Frame.OLDEST_PROTOCOL;
            core.send(link.id, new Frame.Bye(reason));
            end(link, reason);
            return;
        }
        if (hello.boot() == core.boot) {
            end(link, "this is this unit itself");
            return;
        }
        if (!Incarnations.isOf(hello.boot(), link.unit)) {
            // Else its counters would be claimed in another unit's name.
            String reason = "its replica id is not one of the unit " + link.unit;
            core.say(link.unit + ": link closed: " + reason);
            core.send(link.id, new Frame.Bye(reason));
            end(link, reason);
            return;
        }
        noteBoot(link.unit, hello.boot());
        for (PeerLink other : all()) {
            if (other != link && other.isGreeted() && other.unit.equals(link.unit)) {
                if (!survives(link, hello, other)) {
                    end(link, "there is another link to this unit");
                    return;
                }
                end(other, "another link to this unit takes its place");
            }
        }
        link.greeted(hello);
        tellNeighbours();
        if (link.cloud) {
            return;
        }
        core.stability.newest().stream()
                .map(statement -> new Frame.Statements(List.of(statement)))
                .forEach(frame -> core.send(link.id, frame));
    }

    /** Of two links of a pair: that of the newer start; of the same start the lower replica id's dial, and the newer dial. */
    private boolean survives(PeerLink link, Frame.Hello hello, PeerLink other) {
        if (other.hello().boot() != hello.boot() || link.dialled == other.dialled) {
            return true;
        }
        boolean ours = Long.compareUnsigned(core.boot, hello.boot()) < 0;
        return link.dialled == ours;
    }

    private void noteBoot(String unit, long boot) {
        Known peer = known(unit);
        if (!peer.boots.isEmpty() && peer.boots.getLast() == boot) {
            return;
        }
        if (peer.boots.contains(boot)) {
            peer.note = "two devices have this name: one is a clone of the other";
            core.say(unit + ": " + peer.note + "; give one of them a certificate of its own");
        }
        peer.boots.remove(boot);
        peer.boots.add(boot);
        if (peer.boots.size() > BOOTS_REMEMBERED) {
            peer.boots.removeFirst();
        }
    }

    void end(PeerLink link, String reason) {
        core.effect(new Effect.Close(link.id, reason));
        closed(link.id);
    }

    void closed(long id) {
        PeerLink link = links.remove(id);
        if (link == null) {
            return;
        }
        known(link.unit).bytesReceived += link.bytesReceived();
        if (links.values().stream().noneMatch(other -> other.unit.equals(link.unit))) {
            core.neighbours.remove(link.unit);
        }
        if (link.isGreeted()) {
            tellNeighbours();
        }
    }

    private void tellNeighbours() {
        TreeSet<String> units = new TreeSet<>();
        greeted().forEach(link -> units.add(link.unit));
        Frame.Neighbours frame = new Frame.Neighbours(new ArrayList<>(units));
        greeted().forEach(link -> core.send(link.id, frame));
    }

    /** Notes how it stands with every peer. */
    void observe() {
        Map<String, PeerStatus.State> now = new HashMap<>();
        for (PeerLink link : greeted()) {
            now.put(link.unit, state(link));
        }
        known.forEach((unit, peer) -> {
            PeerStatus.State state = now.getOrDefault(unit, PeerStatus.State.UNREACHABLE);
            if (state != peer.state) {
                peer.state = state;
                peer.since = core.wallMillis;
            }
            if (state == PeerStatus.State.IN_SYNC) {
                peer.lastInSync = core.wallMillis;
            }
        });
    }

    private static PeerStatus.State state(PeerLink link) {
        if (link.descents.isUnderWay()) {
            return PeerStatus.State.RECONCILING;
        }
        if (link.hasAgreed()) {
            return PeerStatus.State.IN_SYNC;
        }
        return link.isCatchingUp() ? PeerStatus.State.CATCHING_UP : PeerStatus.State.LINKED;
    }

    void sent(long id, int bytes) {
        PeerLink link = links.get(id);
        if (link != null) {
            known(link.unit).bytesSent += bytes;
        }
    }

    Map<String, PeerStatus> status() {
        Map<String, PeerStatus> all = new TreeMap<>();
        known.forEach((unit, peer) -> {
            PeerLink link = greeted().stream()
                    .filter(each -> each.unit.equals(unit))
                    .findFirst()
                    .orElse(null);
            all.put(
                    unit,
                    new PeerStatus(
                            peer.state,
                            peer.since,
                            link == null ? -1 : link.roundTripMillis(),
                            link == null ? -1 : link.outgoing.behind(),
                            peer.lastInSync,
                            peer.bytesSent,
                            peer.bytesReceived + (link == null ? 0 : link.bytesReceived()),
                            new ArrayList<>(new TreeSet<>(core.neighbours.getOrDefault(unit, Set.of()))),
                            peer.note));
        });
        return all;
    }
}
