package io.bookshelf.broker.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.schema.ValueProperties;
import io.bookshelf.store.Holder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Wills: each is published once and in time when its client is gone, or never (MQTT 5, section 3.1.2.5). */
final class SimWills {
    private enum State {
        /** The client has no answer to the CONNECT that brought it. */
        UNSURE,
        HELD,
        DELAYED,
        DUE,

        /** Withdrawn, and yet on disk perhaps. */
        WITHDRAWN,

        /** Handed in for publication. */
        FIRED,
        DONE
    }

    private static final class Kept {
        final String clientId;
        final Will will;
        State state = State.UNSURE;

        /** It was on disk once; nobody can say what it is now if a connection was refused. */
        boolean sure;

        /** It was due, and refused; until its client comes again it is tried again. */
        boolean owed;

        long sessionSeconds;

        /** It is due between these, by the clock that nobody sets. */
        long earliest;

        long latest;
        long mark;

        Kept(String clientId, Will will) {
            this.clientId = clientId;
            this.will = will;
        }
    }

    private final Random random;
    private final SimClock clock;
    private final SimBus bus;
    private final Map<String, Kept> all = new HashMap<>();
    private final Map<String, Kept> current = new HashMap<>();
    private int number;

    SimWills(Random random, SimClock clock, SimBus bus) {
        this.random = random;
        this.clock = clock;
        this.bus = bus;
    }

    /** The will of a new connection; what the one before left is cancelled, or due if the session ends. */
    @Nullable
    Will connecting(SimClient client, boolean clean, String[] keys) {
        Kept before = current.remove(client.id);
        all.values().stream().filter(kept -> kept.clientId.equals(client.id)).forEach(kept -> kept.owed = false);
        if (before != null && before.state == State.DELAYED) {
            if (clean) {
                before.state = State.DUE;
            } else {
                before.state = clock.elapsed() < before.earliest ? State.WITHDRAWN : State.UNSURE;
                before.mark = bus.mark() + 5;
            }
        } else if (before != null && before.state == State.HELD) {
            before.state = State.UNSURE;
        }
        if (random.nextInt(3) > 0) {
            return null;
        }
        String name = "w" + client.id + "#" + ++number;
        Will will = new Will(
                keys[random.nextInt(keys.length)],
                new byte[5],
                random.nextInt(3),
                random.nextBoolean(),
                new ValueProperties(0, name, null, new byte[0], List.of(), "", ""),
                random.nextBoolean() ? 0 : 1 + random.nextInt(10),
                0,
                new Holder("", ""));
        Kept kept = new Kept(client.id, will);
        all.put(name, kept);
        current.put(client.id, kept);
        return will;
    }

    void connected(SimClient client, @Nullable Will will, long sessionSeconds) {
        Kept kept = current.get(client.id);
        if (kept != null && kept.will == will) {
            kept.state = State.HELD;
            kept.sure = true;
            kept.sessionSeconds = sessionSeconds;
        }
    }

    /** The connection ends; nothing is known of a will whose CONNECT was never answered. */
    void broke(SimClient client, boolean goodbye, long sessionSeconds) {
        Kept kept = current.get(client.id);
        if (kept == null || kept.state != State.HELD) {
            return;
        }
        kept.mark = bus.mark() + 2;
        if (goodbye) {
            kept.state = State.WITHDRAWN;
            return;
        }
        long delay = Math.min(kept.will.delaySeconds(), sessionSeconds);
        kept.state = delay == 0 ? State.DUE : State.DELAYED;
        kept.earliest = clock.elapsed() + delay * 1_000;
        kept.latest = kept.earliest;
    }

    /** The CONNECT was refused: nobody can say which of its wills there is. */
    void lost(SimClient client) {
        all.values().stream()
                .filter(kept -> kept.state == State.WITHDRAWN || kept == current.get(client.id))
                .forEach(kept -> {
                    kept.state = State.UNSURE;
                    kept.sure = false;
                });
    }

    void submitted(String name) {
        Kept kept = all.get(name);
        if (kept != null) {
            boolean may = kept.state == State.UNSURE
                    || kept.state == State.DUE
                    || kept.state == State.DELAYED && clock.elapsed() >= kept.earliest;
            assertThat(may)
                    .as("%s: published while %s, at %s of %s", name, kept.state, clock.elapsed(), kept.earliest)
                    .isTrue();
            kept.state = State.FIRED;
        }
    }

    void decided(String name, boolean refused) {
        Kept kept = all.get(name);
        if (kept != null) {
            kept.state = refused ? State.UNSURE : State.DONE;
            if (refused) {
                // Where the client has come again it is tried again too, but the disk may not have it any more.
                kept.owed = current.get(kept.clientId) == kept;
                kept.sure &= kept.owed;
            }
        }
    }

    /** What the disk has refused was tried again. */
    void checkQuiet() {
        all.forEach((name, kept) -> assertThat(kept.owed && kept.sure && kept.state != State.DONE)
                .as("%s was refused and not tried again", name)
                .isFalse());
    }

    /** After a tick nothing that is due is left. */
    void checkFired() {
        all.forEach((name, kept) -> {
            boolean due = kept.state == State.DUE || kept.state == State.DELAYED && kept.latest <= clock.elapsed();
            assertThat(due).as("%s is due and was not published", name).isFalse();
        });
    }

    /** What was on disk fires, at once or after its delay; what was not is as if it had not been. */
    void restarted(boolean exact) {
        all.forEach((name, kept) -> {
            // Where the client has come again, its disk may have either will.
            kept.owed = false;
            kept.sure &= current.get(kept.clientId) == kept;
            boolean durable = exact && bus.durable(kept.mark);
            long delay = Math.min(kept.will.delaySeconds(), kept.sessionSeconds) * 1_000;
            switch (kept.state) {
                case HELD -> {
                    kept.state = State.DELAYED;
                    kept.earliest = clock.elapsed() + delay;
                    kept.latest = kept.earliest;
                    kept.mark = bus.mark() + 20;
                }
                case DELAYED, FIRED, DUE -> {
                    if (kept.state != State.DELAYED || !durable) {
                        kept.earliest = 0;
                        kept.latest = Math.max(kept.latest, clock.elapsed() + delay);
                        kept.mark = bus.mark() + 20;
                    }
                    kept.state = exact && kept.sure ? State.DELAYED : State.UNSURE;
                }
                case WITHDRAWN -> kept.state = durable ? State.WITHDRAWN : State.UNSURE;
                case UNSURE, DONE -> {}
            }
        });
        current.values().removeIf(kept -> kept.state == State.DONE);
    }
}
