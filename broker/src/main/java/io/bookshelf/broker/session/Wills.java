package io.bookshelf.broker.session;

import io.bookshelf.broker.access.AccessPolicy;
import io.bookshelf.broker.access.AccessPolicy.Principal;
import io.bookshelf.broker.budget.Cost;
import io.bookshelf.broker.budget.Kind;
import io.bookshelf.broker.budget.MemoryHolder;
import io.bookshelf.broker.budget.Owner;
import io.bookshelf.store.SessionChange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The wills of connected clients, and those whose delay runs. All are in the store from CONNECT on, so that one whose client
 * was connected when the unit died fires at the next start.
 */
final class Wills {
    private static final Logger log = LoggerFactory.getLogger(Wills.class);

    private record Due(Will will, long fireAt, MemoryHolder memory) {
        Due at(long millis) {
            return new Due(will, millis, memory);
        }
    }

    private final SessionContext context;
    private final Router router;
    private final LongSupplier now;
    private final Map<String, Due> wills = new HashMap<>();

    /**
     * Makes an empty one.
     *
     * @param now the time of day, after whoever has to has been told that it was set
     */
    Wills(SessionContext context, Router router, LongSupplier now) {
        this.context = context;
        this.now = now;
        this.router = router;
    }

    /** Takes the memory for a will. */
    private @Nullable Due paid(Will will, Owner owner) {
        MemoryHolder memory = context.budget().open(owner, () -> {});
        long bytes =
                Cost.will(will.topic(), will.payload().length, will.properties().weight());
        if (!memory.take(Kind.WILL, bytes).granted()) {
            memory.close();
            return null;
        }
        return new Due(will, 0, memory);
    }

    private void put(String clientId, Due due) {
        Due before = wills.put(clientId, due);
        if (before != null && before.memory != due.memory) {
            before.memory.close();
        }
    }

    private boolean remove(String clientId) {
        Due removed = wills.remove(clientId);
        if (removed != null) {
            removed.memory.close();
        }
        return removed != null;
    }

    /**
     * Takes back what the store has; wills of clients that were connected run from now, as long as their session lives.
     *
     * @return false if there is no memory for it
     */
    boolean restore(SessionChange.SaveWill stored, long sessionSeconds, long now) {
        Will will = Will.of(stored);
        Due due = paid(will, Restoring.ownerOf(will.holder()));
        if (due == null) {
            return false;
        }
        long delay = Math.min(will.delaySeconds(), sessionSeconds);
        long fireAt = stored.fireAt() == 0 ? now + delay * 1_000 : stored.fireAt();
        put(stored.clientId(), due.at(fireAt));
        if (stored.fireAt() == 0 && fireAt > now) {
            // Else a unit that is cut off more often than the delay lasts would begin it anew each time.
            context.submit().accept(new Changes(List.of(will.stored(stored.clientId(), fireAt)), refusal -> {}));
        }
        return true;
    }

    /** The user who left the will of a session, empty for an anonymous client; null if there is none. */
    @Nullable
    String writer(String clientId) {
        Due due = wills.get(clientId);
        return due == null ? null : due.will.properties().writer();
    }

    /**
     * A client connects; what changes in the store is added to {@code changes}.
     *
     * @param stale true if the store may have a will of that client that is not here
     * @return false if there is no memory for its will; nothing has changed then
     */
    boolean connected(String clientId, Owner owner, @Nullable Will will, boolean stale, List<SessionChange> changes) {
        if (will == null) {
            if (remove(clientId) || stale) {
                changes.add(new SessionChange.DropWill(clientId));
            }
            return true;
        }
        Due due = paid(will, owner);
        if (due == null) {
            return false;
        }
        put(clientId, due);
        changes.add(will.stored(clientId, 0));
        return true;
    }

    /** The client has said goodbye: no will. */
    void withdraw(String clientId) {
        if (remove(clientId)) {
            context.submit().accept(new Changes(List.of(new SessionChange.DropWill(clientId)), refusal -> {}));
        }
    }

    /** The connection broke; the will waits its delay, or as long as the session lives. */
    void connectionBroke(String clientId, long sessionSeconds, long now) {
        Due due = wills.get(clientId);
        if (due == null) {
            return;
        }
        long delay = Math.min(due.will.delaySeconds(), sessionSeconds);
        if (delay == 0) {
            fire(clientId);
        } else {
            long fireAt = now + delay * 1_000;
            put(clientId, due.at(fireAt));
            context.submit().accept(new Changes(List.of(due.will.stored(clientId, fireAt)), refusal -> {}));
        }
    }

    /** Publishes the will of a client whose session ends, if it has one whose delay runs. */
    void sessionEnds(String clientId) {
        Due due = wills.get(clientId);
        if (due != null && due.fireAt > 0) {
            fire(clientId);
        }
    }

    /** The clock was set: delays stay what they were, after a restart too. */
    void shiftTimes(long millis) {
        List<SessionChange> changes = new ArrayList<>();
        wills.replaceAll((clientId, due) -> {
            if (due.fireAt == 0) {
                return due;
            }
            long fireAt = due.fireAt + millis;
            changes.add(due.will.stored(clientId, fireAt));
            return due.at(fireAt);
        });
        Changes.whenSaved(context, changes, refusal -> {});
    }

    void fireDue(long now) {
        List<String> due = new ArrayList<>();
        wills.forEach((clientId, will) -> {
            if (will.fireAt > 0 && will.fireAt <= now) {
                due.add(clientId);
            }
        });
        due.forEach(this::fire);
    }

    /** Whoever would not be let in any more has no will. */
    void judgeAgain() {
        List<String> gone = new ArrayList<>();
        wills.forEach((clientId, due) -> {
            if (!context.access().isLetIn(due.will.holder())) {
                gone.add(clientId);
            }
        });
        gone.forEach(this::withdraw);
    }

    /** Judged when it fires: what its client might do when it left the will plays no part. */
    private boolean mayFire(String clientId, Will will) {
        AccessPolicy access = context.access();
        Principal whose = new Principal(SessionIds.clientIdOf(clientId), will.holder());
        boolean deletes = will.retain() && will.payload().length == 0;
        return access.isLetIn(will.holder()) && access.mayPublish(whose, will.topic(), deletes, will::payload);
    }

    private void fire(String clientId) {
        Due due = wills.get(clientId);
        if (due != null && !mayFire(clientId, due.will)) {
            log.info("client {}: its will is dropped: it has no right to write the topic any more", clientId);
            withdraw(clientId);
            return;
        }
        wills.remove(clientId);
        if (due == null) {
            return;
        }
        Will will = due.will;
        router.publish(new PublishRequest(
                null,
                will.topic(),
                will.payload(),
                will.qos(),
                will.retain(),
                will.properties(),
                will.expirySeconds(),
                false,
                null,
                List.of(new SessionChange.DropWill(clientId)),
                outcome -> {
                    // Where it is still in the store, it is tried again until the client comes back.
                    if (outcome.refusal() == null || wills.putIfAbsent(clientId, due.at(now.getAsLong())) != null) {
                        due.memory.close();
                    }
                }));
    }
}
