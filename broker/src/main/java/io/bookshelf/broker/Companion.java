package io.bookshelf.broker;

import io.bookshelf.broker.access.Tokens;
import io.bookshelf.broker.web.SignIn;
import io.bookshelf.bus.Commit;
import io.bookshelf.bus.TombstonePolicy;
import io.bookshelf.schema.HybridClock;
import io.bookshelf.store.Head;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What stands beside the broker in a unit and follows its commits. */
public interface Companion {
    /** Told of every commit, in order, on the writer's thread; must return at once. */
    void committed(Commit commit, Head head);

    /** Which tombstones may be forgotten. */
    TombstonePolicy tombstones();

    /** The name of the unit that writes under a replica id, or as good a name as there is. Any thread. */
    String unitOf(long replica);

    /** With whom this unit last held the same, and when, in milliseconds since the epoch. Any thread. */
    Map<String, Long> lastAgreed();

    /** What is not as it should be, as sentences. Any thread. */
    List<String> problems();

    /** The latest time that a stamp of this unit may have, in milliseconds since the epoch, whatever its clock says. */
    default long ceilingMillis() {
        return HybridClock.GREATEST_MILLIS;
    }

    /** How phones are paired and sign in on the web ports; null where they cannot. */
    default @Nullable SignIn signIn() {
        return null;
    }

    /** Lets in phones that have signed in. */
    default Tokens tokens() {
        return Tokens.NONE;
    }

    /** A unit that stays alone. */
    static Companion none(String unit) {
        return new Companion() {
            @Override
            public void committed(Commit commit, Head head) {}

            @Override
            public TombstonePolicy tombstones() {
                return TombstonePolicy.AFTER_AN_HOUR;
            }

            @Override
            public String unitOf(long replica) {
                return unit;
            }

            @Override
            public Map<String, Long> lastAgreed() {
                return Map.of();
            }

            @Override
            public List<String> problems() {
                return List.of();
            }
        };
    }
}
