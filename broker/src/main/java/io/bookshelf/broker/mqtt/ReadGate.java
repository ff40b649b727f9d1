package io.bookshelf.broker.mqtt;

import io.netty.channel.Channel;
import java.util.EnumSet;

/** Whether a socket is read: it is unless there is a reason not to. */
final class ReadGate {
    /** Why a socket is not read for the moment. */
    enum Pause {
        CONNECTING,
        BUS_FULL,
        REPLIES_NOT_READ,
        TOO_MANY_UNACKNOWLEDGED,
        LINK_FULL
    }

    private final EnumSet<Pause> pauses = EnumSet.noneOf(Pause.class);

    void pause(Channel channel, Pause reason) {
        if (pauses.add(reason)) {
            channel.config().setAutoRead(false);
        }
    }

    /** Takes a reason away; true if it was the last, and reading goes on. */
    boolean resume(Channel channel, Pause reason) {
        boolean last = pauses.remove(reason) && pauses.isEmpty();
        if (last) {
            channel.config().setAutoRead(true);
        }
        return last;
    }

    /** True while the client cannot be blamed for its silence. */
    boolean waitsForTheUnit() {
        return pauses.contains(Pause.BUS_FULL)
                || pauses.contains(Pause.TOO_MANY_UNACKNOWLEDGED)
                || pauses.contains(Pause.LINK_FULL);
    }
}
