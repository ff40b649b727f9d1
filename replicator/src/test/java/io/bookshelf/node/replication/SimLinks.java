package io.bookshelf.node.replication;

import io.bookshelf.schema.wire.Frame;
import io.bookshelf.schema.wire.Frames;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The network: which unit may dial which, what is cut (each direction by itself), and the links with what is under way on them.
 * A link keeps order; what cannot pass waits, and is lost when the link ends.
 */
final class SimLinks {
    // One of the stream, one of repairs each way round a descent may begin, their answers, and what is small.
    private static final int MOST_WINDOWS = 6;

    private final SimWorld world;
    private final Set<String> pairs = new HashSet<>();
    private final Set<String> cut = new HashSet<>();
    private final Map<Long, Wire> wires = new LinkedHashMap<>();
    private Tap tap = (from, to, frame) -> {};
    private Tamper tamper = (from, to, frame) -> List.of(frame);
    private long lastLink;
    private long mostUnderWay;
    /** What a link carries. */
    long bytesPerMilli = Long.MAX_VALUE;

    /** Is told of each frame that is sent. */
    interface Tap {
        void sent(String from, String to, Frame frame);
    }

    /** What somebody sends in place of a frame. */
    interface Tamper {
        List<Frame> sent(String from, String to, Frame frame);
    }

    /** One end's way to the other. */
    private static final class Wire {
        final long link;
        final long back;
        final SimUnit from;
        final SimUnit to;
        final ArrayDeque<byte[]> held = new ArrayDeque<>();
        boolean ready;
        long busyUntil;
        // Sent, and not delivered.
        long underWay;

        Wire(long link, long back, SimUnit from, SimUnit to) {
            this.link = link;
            this.back = back;
            this.from = from;
            this.to = to;
        }
    }

    SimLinks(SimWorld world) {
        this.world = world;
    }

    /** From now on somebody does not send what its core would. */
    void tamper(Tamper hostile) {
        tamper = hostile;
    }

    void tap(Tap listener) {
        tap = listener;
    }

    /** The most bytes that have ever been sent on a link, one way, and not arrived. */
    long mostUnderWay() {
        return mostUnderWay;
    }

    /** From now on these two dial each other. */
    void connect(String a, String b) {
        pairs.add(a + ">" + b);
        pairs.add(b + ">" + a);
    }

    /** Nobody lets this one in any more. */
    void putOut(SimUnit unit) {
        pairs.removeIf(pair -> pair.startsWith(unit.name + ">") || pair.endsWith(">" + unit.name));
        for (Wire wire : List.copyOf(wires.values())) {
            if (wire.from == unit || wire.to == unit) {
                wires.remove(wire.link);
                wire.from.closed(wire.link);
            }
        }
    }

    void cut(String from, String to) {
        cut.add(from + ">" + to);
    }

    /** Nobody is heard by this one any more. */
    void cutTo(SimUnit unit) {
        world.units.keySet().forEach(other -> cut(other, unit.name));
    }

    /** Nobody hears this one any more. */
    void cutFrom(SimUnit unit) {
        world.units.keySet().forEach(other -> cut(unit.name, other));
    }

    void heal(String from, String to) {
        cut.remove(from + ">" + to);
        wires.values().stream().toList().forEach(this::release);
    }

    void healAll() {
        cut.clear();
        wires.values().stream().toList().forEach(this::release);
    }

    private boolean passes(SimUnit from, SimUnit to) {
        return !cut.contains(from.name + ">" + to.name);
    }

    /** A unit tries to reach those that it is not linked with. */
    void dial(SimUnit unit) {
        for (SimUnit other : world.units.values()) {
            if (other != unit
                    && other.isRunning()
                    && pairs.contains(unit.name + ">" + other.name)
                    && passes(unit, other)
                    && passes(other, unit)
                    && !isLinked(unit, other)) {
                open(unit, other);
            }
        }
    }

    private boolean isLinked(SimUnit unit, SimUnit other) {
        return wires.values().stream().anyMatch(wire -> wire.from == unit && wire.to == other);
    }

    private void open(SimUnit dialler, SimUnit other) {
        long mine = ++lastLink;
        long theirs = ++lastLink;
        Wire out = new Wire(mine, theirs, dialler, other);
        Wire back = new Wire(theirs, mine, other, dialler);
        wires.put(mine, out);
        wires.put(theirs, back);
        dialler.opened(mine, other, true);
        back.ready = true;
        world.after(1 + world.random.nextInt(30), () -> {
            if (wires.containsKey(theirs)) {
                other.opened(theirs, dialler, false);
                out.ready = true;
                release(out);
            }
        });
    }

    void send(long link, Frame meant) {
        Wire wire = wires.get(link);
        if (wire != null) {
            tamper.sent(wire.from.name, wire.to.name, meant).forEach(frame -> send(wire, link, frame));
        }
    }

    private void send(Wire wire, long link, Frame frame) {
        byte[] bytes = Frames.write(frame);
        tap.sent(wire.from.name, wire.to.name, frame);
        wire.from.core().sent(link, bytes.length);
        if (wire.from.later) {
            bytes = SimLater.speak(frame, bytes);
            if (world.random.nextInt(20) == 0) {
                wire.held.add(SimLater.UNKNOWN);
                wire.underWay += SimLater.UNKNOWN.length;
            }
        }
        wire.held.add(bytes);
        wire.underWay += bytes.length;
        if (wire.underWay > MOST_WINDOWS * world.settings.windowBytes()) {
            throw world.wrong(wire.from + " has " + wire.underWay + " bytes under way to " + wire.to);
        }
        mostUnderWay = Math.max(mostUnderWay, wire.underWay);
        release(wire);
    }

    private void release(Wire wire) {
        while (wire.ready && passes(wire.from, wire.to) && !wire.held.isEmpty() && wires.containsKey(wire.link)) {
            byte[] bytes = wire.held.poll();
            long delay = wire.from.slowness + world.random.nextInt(20);
            long takes = bytes.length / bytesPerMilli;
            wire.busyUntil = Math.max(wire.busyUntil + 1, world.now() + delay) + takes;
            world.after(wire.busyUntil - world.now(), () -> deliver(wire, bytes));
        }
    }

    private void deliver(Wire wire, byte[] bytes) {
        wire.underWay -= bytes.length;
        if (wires.containsKey(wire.back)) {
            wire.to.received(wire.back, bytes);
        }
    }

    /** One end closes; the other hears of it later, if it can be told. */
    void close(long link) {
        Wire wire = wires.remove(link);
        if (wire != null) {
            wire.from.closed(link);
            if (passes(wire.from, wire.to)) {
                world.after(1 + world.random.nextInt(30), () -> lost(wire.back));
            }
        }
    }

    private void lost(long link) {
        Wire wire = wires.remove(link);
        if (wire != null) {
            wire.from.closed(link);
        }
    }

    /** All links of a unit that died; what peers know of it they learn by silence, or at once where a packet says so. */
    void died(SimUnit unit) {
        List<Wire> own = new ArrayList<>();
        wires.values().forEach(wire -> {
            if (wire.from == unit) {
                own.add(wire);
            }
        });
        for (Wire wire : own) {
            wires.remove(wire.link);
            if (world.random.nextBoolean() && passes(unit, wire.to)) {
                world.after(1 + world.random.nextInt(30), () -> lost(wire.back));
            }
        }
    }

    /** Breaks some link, with all that is under way on it. */
    void breakOne() {
        if (!wires.isEmpty()) {
            List<Wire> all = new ArrayList<>(wires.values());
            Wire wire = all.get(world.random.nextInt(all.size()));
            wires.remove(wire.link);
            Wire back = wires.remove(wire.back);
            wire.from.closed(wire.link);
            if (back != null) {
                back.from.closed(back.link);
            }
        }
    }

    void breakAll() {
        while (!wires.isEmpty()) {
            breakOne();
        }
    }

    @Nullable
    String otherEnd(long link) {
        Wire wire = wires.get(link);
        return wire == null ? null : wire.to.name;
    }
}
