package io.bookshelf.broker.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.broker.session.SimMessages.Sent;
import io.bookshelf.broker.topic.TopicFilter;
import io.bookshelf.schema.Entry;
import io.bookshelf.store.SessionChange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A client's application: what it has asked for, what it has got, and what it may expect of the unit. */
final class SimClient {
    /** What the client believes to be subscribed to. */
    static final class Sub {
        final TopicFilter filter;
        final SimOptions options;
        final boolean snapshot;

        /** The store's sequence when the filter was first acknowledged, without a break since. */
        final long since;

        /** Events count on it: no SUBSCRIBE of another QoS was lost half-way in a crash. */
        boolean certain = true;

        Sub(TopicFilter filter, SimOptions options, boolean snapshot, long since) {
            this.filter = filter;
            this.options = options;
            this.snapshot = snapshot;
            this.since = since;
        }
    }

    /** What a marker vouches for: keys that were live at the SUBSCRIBE, with their sequences. */
    record Promise(Map<String, Long> live) {}

    final String id;
    final boolean durable;
    final SimWorld world;
    final Map<String, Sub> subs = new LinkedHashMap<>();

    /** Every filter asked for since the session began, answered or not. */
    final Map<String, SimOptions> asked = new HashMap<>();

    final Map<String, Promise> promises = new HashMap<>();
    final Set<String> markersSeen = new HashSet<>();
    final Map<String, Long> seen = new HashMap<>();

    /** The last sequence of each key that was written to one of its connections. */
    final Map<String, Long> sent = new HashMap<>();

    final Map<String, Integer> events = new HashMap<>();
    final Set<String> expected = new TreeSet<>();
    final List<String> pending = new ArrayList<>();

    /** The last UNSUBSCRIBE of each filter, in the order of requests. */
    final Map<String, Integer> unsubscribed = new HashMap<>();

    /** Filters whose UNSUBSCRIBE is the last that was asked of them, and those of them that were answered. */
    private final Set<String> leaving = new HashSet<>();

    private final Set<String> left = new HashSet<>();

    /** Messages handed in when nothing that it had asked for matched: not its business. */
    private final Set<String> foreign = new HashSet<>();

    private final Set<String> silent = new HashSet<>();

    /** Packet ids of QoS 2 messages that it has and that are not released. */
    final Set<Integer> received = new HashSet<>();

    /** Packet ids whose PUBREL has come and whose PUBCOMP the unit does not know of. */
    final Set<Integer> released = new HashSet<>();

    final SimSender sender;
    final SimLifetime lifetime;

    /** It holds no state of a session, and so must not take one up that the unit still has. */
    boolean blank;

    @Nullable
    SimLink link;

    /** The session that it was welcomed to last. */
    @Nullable
    Session lastSession;

    private int waiting;

    SimClient(SimWorld world, String id, boolean durable) {
        this.world = world;
        this.id = id;
        this.durable = durable;
        this.sender = new SimSender(this);
        this.lifetime = new SimLifetime(world.clock, id);
    }

    /** Connected, and told so. */
    @Nullable
    Session session() {
        return link == null ? null : link.session;
    }

    void unsubscribing(String filter, boolean asksFor) {
        left.remove(filter);
        if (asksFor) {
            leaving.add(filter);
        } else {
            leaving.remove(filter);
            foreign.clear();
            silent.clear();
        }
    }

    /** UNSUBACK has come. */
    void unsubscribedFor(String filter) {
        if (leaving.contains(filter)) {
            left.add(filter);
        }
    }

    /** A message of its own that no subscription of it wants back. */
    boolean silent(String name) {
        return silent.contains(name);
    }

    boolean foreign(String name) {
        return foreign.contains(name);
    }

    /** The unit has its session. */
    boolean reachable() {
        return session() != null || durable && lifetime.lasts();
    }

    /** A message is handed to the unit: will it have to come here? */
    void expect(Sent sent) {
        boolean wanted = subs.values().stream()
                .anyMatch(sub -> !sub.options.shared()
                        && sub.options.qos() > 0
                        && sub.certain
                        && sub.filter.matches(sent.message.topic())
                        && !(id.equals(sent.publisher) && sub.options.noLocal()));
        if (reachable() && wanted) {
            expected.add(sent.name);
        }
    }

    /** A connection ends: what was on its way waits again. */
    void moved() {
        waiting = Integer.MAX_VALUE;
    }

    /** Events that come to wait stay below their bound; only what was on its way may come back on top of it. */
    void checkWaiting() {
        Session session = lastSession;
        if (session == null || session.ended()) {
            moved();
            return;
        }
        int most = world.unit.limits.queuedEvents();
        int now = session.events().size();
        assertThat(now).as("%s: events waiting, were %s", id, waiting).isLessThanOrEqualTo(Math.max(most, waiting));
        waiting = now;
        if (!session.connected() && now > 0) {
            SimMemory.checkAway(session);
        }
    }

    /** A crash swallowed it, or the disk refused it. */
    void notComing(String name) {
        expected.removeIf(each -> each.equals(name) || each.startsWith(name + " by "));
    }

    /** A message is handed to the unit: may it come here? */
    void mayNotGet(Sent sent) {
        String topic = sent.message.topic();
        boolean told = subs.values().stream().anyMatch(sub -> sub.options.noLocal() && sub.filter.matches(topic));
        if (id.equals(sent.publisher) && told && matching(topic).stream().allMatch(SimOptions::noLocal)) {
            silent.add(sent.name);
        }
        if (asked.values().stream()
                .noneMatch(options -> options.filter().matches(sent.message.topic())
                        && !left.contains(options.filter().text()))) {
            foreign.add(sent.name);
        }
    }

    /** Options of ordinary filters that it has asked for and that match. */
    List<SimOptions> matching(String topic) {
        return asked.values().stream()
                .filter(options -> !options.shared() && options.filter().matches(topic))
                .toList();
    }

    /** The options that a delivery may have come by. */
    List<SimOptions> matching(String topic, String share) {
        if (share.isEmpty()) {
            return matching(topic);
        }
        SimOptions options = asked.get(share.substring(" by ".length()));
        return options == null ? List.of() : List.of(options);
    }

    /** Nothing waits longer than it may, give or take the time on its way to the disk and back. */
    void checkAges() {
        Session session = lastSession;
        if (session != null && !session.ended() && !world.clock.wasSet()) {
            for (QueuedEvent event : session.events().all()) {
                SessionChange.QueuedEvent stored = world.store.event(id, event.number);
                if (stored != null) {
                    String name = String.valueOf(stored.properties().contentType());
                    assertThat(world.clock.elapsed() - world.messages.get(name).at)
                            .as("%s: age of %s", id, name)
                            .isLessThanOrEqualTo(world.unit.limits.eventSeconds() * 1_000 + 15_000);
                }
            }
        }
    }

    /** After everything has come: the last value seen of each key is the store's. */
    void checkValues() {
        for (Sub sub : subs.values()) {
            String filter = sub.filter.text();
            if (filter.startsWith("$bookshelf")) {
                assertThat(markersSeen).as("%s: markers", id).contains(filter);
            } else if (!sub.options.shared()) {
                world.store.last.forEach((key, entry) -> {
                    if (sub.filter.matches(key.name()) && due(sub, entry)) {
                        assertThat(seen.getOrDefault(key.name(), 0L))
                                .as("%s: the last %s under %s", id, key, filter)
                                .isEqualTo(entry.sequence());
                    }
                });
            }
        }
    }

    /** A change that comes to it whatever snapshots there are: it has subscribed since before that. */
    boolean mustGet(Entry entry) {
        return subs.values().stream().anyMatch(sub -> mustGet(sub, entry));
    }

    boolean mustGet(Sub sub, Entry entry) {
        return sub.options.number() >= 0
                && !sub.options.shared()
                && sub.certain
                && entry.sequence() > sub.since
                && sub.filter.matches(entry.key().name())
                && !sub.options.noLocal();
    }

    /** A change that a snapshot is to meet comes with that. */
    boolean awaitsSnapshot() {
        Session session = session();
        return session == null
                || session.subscriptions().all().stream()
                        .anyMatch(subscription -> session.subscriptions().owes(subscription));
    }

    private boolean due(Sub sub, Entry entry) {
        boolean own = id.equals(world.author(entry.sequence()));
        if (own && matching(entry.key().name()).stream().anyMatch(SimOptions::noLocal)) {
            return false;
        }
        boolean lasting = entry.expiresAt() == 0 || entry.expiresAt() > world.clock.latest();
        return entry.sequence() > sub.since || sub.snapshot && !entry.deleted() && lasting;
    }

    /** The unit knows nothing of it any more. */
    void forgotten() {
        subs.clear();
        asked.clear();
        leaving.clear();
        left.clear();
        foreign.clear();
        silent.clear();
        pending.clear();
        promises.clear();
        markersSeen.clear();
        seen.clear();
        sent.clear();
        expected.clear();
        received.clear();
        released.clear();
        sender.forget();
    }

    /** What was asked for and not answered may or may not have come about. */
    void doubt() {
        for (String filter : pending) {
            Sub sub = subs.get(filter);
            if (sub != null) {
                sub.certain = false;
            }
        }
        pending.clear();
    }

    /** The application gets it. */
    void take(Delivery delivery) {
        Message message = delivery.message();
        String topic = message.topic();
        Entry entry = message.entry();
        if (entry != null) {
            long before = seen.getOrDefault(topic, 0L);
            assertThat(entry.sequence())
                    .as("%s: the application's %s goes back", id, topic)
                    .isGreaterThanOrEqualTo(before);
            seen.put(topic, entry.sequence());
            return;
        }
        if (topic.startsWith("$")) {
            return;
        }
        if (message.properties().contentType() == null) {
            world.forgottenDelete(this, topic);
            return;
        }
        String share = SimOptions.shareOf(delivery.subscriptionIds());
        String name = SimMessages.name(message) + share;
        int times = events.merge(name, 1, Integer::sum);
        if (delivery.qos() != 1) {
            assertThat(times)
                    .as("%s: the application got %s at QoS %s again", id, name, delivery.qos())
                    .isEqualTo(1);
        }
        if (!share.isEmpty()) {
            world.groups.got(this, name);
        }
        expected.remove(name);
    }
}
