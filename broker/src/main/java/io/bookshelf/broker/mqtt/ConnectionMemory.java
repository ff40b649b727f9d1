package io.bookshelf.broker.mqtt;

import io.bookshelf.broker.admission.Place;
import io.bookshelf.broker.budget.Kind;
import io.bookshelf.broker.budget.MemoryHolder;
import io.bookshelf.broker.budget.Owner;
import io.bookshelf.broker.budget.Verdict;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What one client's connection makes the unit hold, accounted to the connection's place: bytes that are not a packet yet,
 * packets that wait for CONNACK, topic aliases, and what the client does not read. Loop thread only.
 */
final class ConnectionMemory {
    /** Less is in the cost of the connection itself. */
    private static final int SMALL = 4 * 1024;

    /** What is not read is accounted in steps, so that a client that reads slowly costs nothing each time. */
    private static final long STEP = 16 * 1024;

    private static final int MOST_STUCK_TICKS = 10;

    private @Nullable Channel channel;
    private @Nullable MemoryHolder holder;
    private Runnable roomAgain = () -> {};
    private long unfinished;
    private long waiting;
    private long unread;
    private boolean full;
    private int stuckTicks;

    /**
     * The connection is in a pipeline.
     *
     * @param whenRoomAgain run when it is {@link #full} no more
     */
    void attach(Channel to, Runnable whenRoomAgain) {
        Place place = Place.of(to);
        channel = to;
        roomAgain = whenRoomAgain;
        holder = place == null ? null : place.memory();
    }

    /** It turned out whose it is; returns a reason code. */
    int owner(Owner owner) {
        return holder == null ? Reason.SUCCESS : reason(holder.owner(owner));
    }

    /** So many bytes are held of a packet that is not whole; returns a reason code. */
    int unfinished(int bytes) {
        long wanted = bytes <= SMALL ? 0 : bytes;
        if (wanted == unfinished) return Reason.SUCCESS;
        unfinished = wanted;
        return input();
    }

    /** So many bytes more are held of packets that wait for CONNACK, CONNECT itself among them; returns a reason code. */
    int waiting(int bytes) {
        waiting += bytes;
        return input();
    }

    /** No packet waits any more. */
    void noneWaits() {
        waiting = 0;
        input();
    }

    private int input() {
        MemoryHolder mine = holder;
        return mine == null ? Reason.SUCCESS : reason(mine.set(Kind.INPUT, unfinished + waiting));
    }

    /** So many bytes more, or less, are held for topic aliases; returns a reason code. */
    int aliases(int bytes) {
        MemoryHolder mine = holder;
        if (mine == null || mine.closed()) {
            return Reason.SUCCESS;
        }
        return reason(mine.set(Kind.ALIAS, mine.used(Kind.ALIAS) + bytes));
    }

    /** Looks at how much the client has not read. */
    void lookAtUnread() {
        MemoryHolder mine = holder;
        ChannelOutboundBuffer out = channel == null ? null : channel.unsafe().outboundBuffer();
        if (mine == null || out == null) {
            return;
        }
        long steps = out.totalPendingWriteBytes() / STEP;
        if (steps == unread && !full) {
            return;
        }
        stuckTicks = steps < unread ? 0 : stuckTicks;
        unread = steps;
        boolean before = full;
        full = !mine.set(Kind.DELIVERY, steps * STEP).granted();
        if (before && !full) {
            roomAgain.run();
        }
    }

    /** True if there is no room for what the client does not read: it is sent no more until it has read some. */
    boolean full() {
        return full;
    }

    /** Once a second; true if the client should go: there is no room for what it has not read, and it reads nothing. */
    boolean isStuck() {
        lookAtUnread();
        stuckTicks = full ? stuckTicks + 1 : 0;
        return stuckTicks > MOST_STUCK_TICKS;
    }

    private static int reason(Verdict verdict) {
        return switch (verdict) {
            case GRANTED -> Reason.SUCCESS;
            case QUOTA_EXCEEDED -> Reason.QUOTA_EXCEEDED;
            case BUSY -> Reason.SERVER_BUSY;
        };
    }
}
