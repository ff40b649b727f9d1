package io.bookshelf.broker.session;

import io.bookshelf.broker.session.InFlightWindow.Packet;
import io.bookshelf.bus.Commit;
import io.bookshelf.bus.Submission;
import io.bookshelf.store.Holder;
import io.bookshelf.store.SessionChange;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Carries what happens to a durable session into the store. What must be on disk before the client learns of it is saved at
 * once; what would at worst be delivered again after a crash (acknowledgements, the cursor) waits a moment for company.
 */
final class SessionLog {
    private static final int MOST_WAITING = 256;

    private final Session session;
    private final SessionContext context;
    private final Map<Integer, SessionChange> packets = new LinkedHashMap<>();
    private List<SessionChange> others = new ArrayList<>();
    private List<Runnable> afterSave = new ArrayList<>();
    private long savedCursor = -1;
    private boolean scheduled;

    /** Whose the session is; null while that is not known, which a former version did not store. */
    private @Nullable Holder holder;

    SessionLog(Session session, SessionContext context) {
        this.session = session;
        this.context = context;
    }

    @Nullable
    Holder holder() {
        return holder;
    }

    void heldBy(@Nullable Holder whose) {
        holder = whose;
    }

    /** The session's own row. */
    SessionChange.SaveSession row(long expirySeconds, long disconnectedAt, long cursor) {
        return new SessionChange.SaveSession(session.clientId(), expirySeconds, disconnectedAt, cursor, holder);
    }

    /** Records a change that can wait. */
    void record(SessionChange change) {
        others.add(change);
        if (others.size() > MOST_WAITING) {
            soon();
        }
    }

    void opened(Packet packet) {
        packets.put(packet.packetId, saved(packet));
        soon();
    }

    void released(Packet packet) {
        packets.put(packet.packetId, saved(packet));
        soon();
    }

    void closed(Packet packet) {
        if (packet.saved) {
            packets.put(packet.packetId, new SessionChange.DropInFlight(session.clientId(), packet.packetId));
            if (packets.size() > MOST_WAITING) {
                soon();
            }
        } else {
            packets.remove(packet.packetId);
        }
    }

    private SessionChange saved(Packet packet) {
        return new SessionChange.SaveInFlight(
                session.clientId(),
                packet.packetId,
                packet.qos,
                packet.key,
                packet.event == null ? 0 : packet.event.number,
                packet.released,
                packet.order);
    }

    /** Runs something once all that was recorded so far is on disk. */
    void afterSave(Runnable action) {
        afterSave.add(action);
        soon();
    }

    /** What could not be saved is to be saved with what comes next, as it is by now. */
    private void putBack(List<SessionChange> refused) {
        for (SessionChange change : refused) {
            switch (change) {
                case SessionChange.SaveInFlight save -> putBack(save.packetId());
                case SessionChange.DropInFlight drop -> putBack(drop.packetId());
                case SessionChange.DropEvent drop -> others.add(drop);
                default -> {}
            }
        }
    }

    private void putBack(int packetId) {
        Packet packet = session.window().get(packetId);
        packets.putIfAbsent(
                packetId,
                packet == null ? new SessionChange.DropInFlight(session.clientId(), packetId) : saved(packet));
    }

    private void soon() {
        if (!scheduled) {
            scheduled = true;
            context.loop().accept(this::flush);
        }
    }

    /** Hands in what has been recorded, if anything. */
    void flush() {
        flush(false);
    }

    /** Saves the cursor too, if it has moved; for the slow tick. */
    void flushWithCursor() {
        flush(true);
    }

    private void flush(boolean forTheCursor) {
        scheduled = false;
        if (!session.durable()) {
            return;
        }
        List<SessionChange> changes = others;
        others = new ArrayList<>();
        packets.forEach((packetId, change) -> {
            if (change instanceof SessionChange.SaveInFlight) {
                Packet packet = session.window().get(packetId);
                if (packet != null) {
                    packet.saved = true;
                }
            }
            changes.add(change);
        });
        packets.clear();
        List<Runnable> actions = afterSave;
        afterSave = new ArrayList<>();
        long cursor = session.outbox().cursor();
        if (changes.isEmpty() && actions.isEmpty() && (!forTheCursor || cursor == savedCursor)) {
            return;
        }
        long before = savedCursor;
        if (cursor != savedCursor) {
            savedCursor = cursor;
            changes.add(new SessionChange.MoveCursor(session.clientId(), cursor));
        }
        context.submit().accept(new Save(session, before, changes, actions));
    }

    /** The cursor as the store has it, or will once all that was handed in is on disk. */
    long savedCursor() {
        return savedCursor;
    }

    void savedCursor(long cursor) {
        savedCursor = cursor;
    }

    /** What would have moved the cursor was refused: it may be where it was before. */
    void notSaved(long before) {
        savedCursor = Math.min(before, savedCursor);
    }

    /** Changes of a session on their way to the store. */
    record Save(Session session, long cursorBefore, List<SessionChange> sessionChanges, List<Runnable> actions)
            implements Submission, Router.Settled {
        @Override
        public int weight() {
            return 100 + 150 * sessionChanges.size();
        }

        @Override
        public void settled(Commit.Outcome outcome) {
            if (outcome.refusal() == null) {
                actions.forEach(Runnable::run);
            } else if (!session.ended()) {
                session.changes().putBack(sessionChanges);
                session.changes().notSaved(cursorBefore);
                session.close(ClientLink.CloseReason.NO_ROOM);
            }
        }
    }
}
