package io.bookshelf.broker.session;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The sessions that share a subscription {@code $share/group/filter}: each message goes to one of them, in turn. */
final class SharedGroup {
    private final List<Subscription> members = new ArrayList<>();
    private int next;

    void add(Subscription member) {
        members.add(member);
    }

    void remove(Subscription member) {
        members.removeIf(other -> other == member);
    }

    boolean isEmpty() {
        return members.isEmpty();
    }

    /** The next connected member; if there is none, the next durable one, for which a message can wait; else null. */
    @Nullable
    Subscription pick() {
        Subscription away = null;
        for (int i = 0; i < members.size(); i++) {
            Subscription candidate = members.get((next + i) % members.size());
            if (candidate.session.connected()) {
                next = (next + i + 1) % members.size();
                return candidate;
            }
            if (away == null && candidate.session.durable()) {
                away = candidate;
            }
        }
        return away;
    }
}
