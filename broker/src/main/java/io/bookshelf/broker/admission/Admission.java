package io.bookshelf.broker.admission;

import io.bookshelf.broker.budget.Kind;
import io.bookshelf.broker.budget.MemoryBudget;
import io.bookshelf.broker.budget.MemoryHolder;
import io.bookshelf.broker.budget.Owner;
import io.bookshelf.broker.budget.RemoteAddress;
import io.bookshelf.broker.budget.Tier;
import io.netty.channel.Channel;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Lets connections in, up to a number. Part of the places is kept for local clients, and part for those who come by
 * certificate; one listener for browsers has at most half of all, one remote address an eighth. Where there is no place, the
 * connection that was used longest ago, of those that nobody has been let in on, goes; if there is none, the newcomer does.
 * Loop thread only.
 */
public final class Admission {
    private static final int KEPT_PARTS = 8;
    private static final int ADDRESS_PARTS = 8;
    private static final int LEAST_OF_ADDRESS = 16;
    private static final int PLAIN_BYTES = 4 * 1024;
    private static final int WEB_BYTES = 8 * 1024;
    private static final int TLS_BYTES = 32 * 1024;

    /** For whom a part of the places is kept, and all others. */
    public enum Group {
        /** Clients on this machine, at the plain MQTT listener. */
        LOCAL,
        /** Whoever comes to the listener for those with a certificate. */
        CERTIFIED,
        /** Everybody else. */
        OTHER
    }

    private final int most;
    private final int mostOfAddress;
    private final MemoryBudget budget;
    private final Consumer<String> log;
    private final Map<Group, Integer> kept = new EnumMap<>(Group.class);
    private final Map<Group, Integer> used = new EnumMap<>(Group.class);
    private final Map<String, Integer> usedByListener = new HashMap<>();
    private final Map<String, Integer> usedByAddress = new HashMap<>();
    private final Map<Group, Set<Place>> spare = new EnumMap<>(Group.class);
    private final Map<String, Set<Place>> spareOfAddress = new HashMap<>();
    private final Set<Place> all = new LinkedHashSet<>();

    /**
     * Makes an empty one.
     *
     * @param most connections at a time
     * @param budget has room for each of them, or there are less
     * @param log takes a line about a connection that was refused or closed; to be limited in rate by whoever hands it in
     */
    public Admission(int most, MemoryBudget budget, Consumer<String> log) {
        this.most = most;
        this.budget = budget;
        this.mostOfAddress = Math.max(LEAST_OF_ADDRESS, most / ADDRESS_PARTS);
        this.log = log;
        for (Group group : Group.values()) {
            kept.put(group, 0);
            used.put(group, 0);
            spare.put(group, new LinkedHashSet<>());
        }
    }

    /** A listener opens: an eighth of the places is kept from now on for those for whom places are kept there. */
    public void keepRoomFor(String listener) {
        Group group = group(listener, RemoteAddress.LOOPBACK);
        if (group != Group.OTHER) {
            kept.put(group, most / KEPT_PARTS);
        }
    }

    /**
     * A connection has come.
     *
     * @param listener the setting of the listener that it came to
     * @return its place, null if there is none and it has been closed
     */
    public @Nullable Place admit(Channel channel, String listener) {
        String address = RemoteAddress.of(channel.remoteAddress());
        Group group = group(listener, address);
        Owner owner = Owner.at(channel.remoteAddress(), listener);
        boolean kept = group == Group.CERTIFIED;
        MemoryHolder memory = budget.open(kept ? owner.provedBy("", Tier.LINK) : owner, () -> {});
        Place place = new Place(this, channel, listener, address, group, memory);
        String problem = problem(place);
        if (problem != null) {
            Place other = whoGoes(place);
            if (other != null) {
                log.accept("a connection from " + named(other) + " that waited or was idle was closed: " + problem);
                release(other);
                other.channel().unsafe().close(other.channel().voidPromise());
                problem = problem(place);
            }
        }
        if (problem != null) {
            log.accept("a connection from " + named(place) + " was refused: " + problem);
            memory.close();
            channel.unsafe().close(channel.voidPromise());
            return null;
        }
        add(place);
        channel.closeFuture().addListener(closed -> release(place));
        return place;
    }

    private static String named(Place place) {
        return place.address().equals(RemoteAddress.LOOPBACK) ? "this machine" : place.address();
    }

    private static Group group(String listener, String address) {
        if (listener.equals("listen")) {
            return Group.CERTIFIED;
        }
        boolean local = listener.equals("mqtt") && address.equals(RemoteAddress.LOOPBACK);
        return local ? Group.LOCAL : Group.OTHER;
    }

    /** The bound that is in a newcomer's way, null for none. */
    private @Nullable String problem(Place place) {
        if (addressIsFull(place)) return "one address has at most " + mostOfAddress + " connections";
        if (listenerIsFull(place)) return place.listener() + " has at most " + most / 2 + " connections";
        if (all.size() + keptForOthers(place.group()) >= most) return "there are at most " + most + " connections";
        if (!place.memory().set(Kind.CONNECTION, cost(place.listener())).granted())
            return "there is no memory for more";
        return null;
    }

    /** About how many bytes a connection holds while it does nothing. */
    private static int cost(String listener) {
        return switch (listener) {
            case "mqtt" -> PLAIN_BYTES;
            case "web" -> WEB_BYTES;
            default -> TLS_BYTES;
        };
    }

    private boolean addressIsFull(Place place) {
        return !place.address().equals(RemoteAddress.LOOPBACK)
                && usedByAddress.getOrDefault(place.address(), 0) >= mostOfAddress;
    }

    private boolean listenerIsFull(Place place) {
        return place.group() == Group.OTHER
                && most > LEAST_OF_ADDRESS
                && usedByListener.getOrDefault(place.listener(), 0) >= most / 2;
    }

    /** Places that nobody has, and that this group does not get. */
    private int keptForOthers(Group group) {
        int sum = 0;
        for (Group each : Group.values()) {
            if (each != group) {
                sum += Math.max(0, count(kept, each) - count(used, each));
            }
        }
        return sum;
    }

    private static int count(Map<Group, Integer> counts, Group group) {
        return counts.getOrDefault(group, 0);
    }

    /** Whose going makes room for a newcomer: of the same address or listener where that is full, else of anybody. */
    private @Nullable Place whoGoes(Place newcomer) {
        if (addressIsFull(newcomer)) {
            return first(spareOfAddress.getOrDefault(newcomer.address(), Set.of()), newcomer, false);
        }
        if (listenerIsFull(newcomer)) {
            return first(spare(Group.OTHER), newcomer, true);
        }
        Place other = first(spare(Group.OTHER), newcomer, false);
        return other != null ? other : first(spare(newcomer.group()), newcomer, false);
    }

    private static @Nullable Place first(Set<Place> some, Place newcomer, boolean sameListener) {
        for (Place each : some) {
            if (!sameListener || each.listener().equals(newcomer.listener())) {
                return each;
            }
        }
        return null;
    }

    private Set<Place> spare(Group group) {
        return spare.getOrDefault(group, Set.of());
    }

    private void add(Place place) {
        all.add(place);
        used.merge(place.group(), 1, Integer::sum);
        usedByListener.merge(place.listener(), 1, Integer::sum);
        usedByAddress.merge(place.address(), 1, Integer::sum);
        spare(place.group()).add(place);
        spareOfAddress
                .computeIfAbsent(place.address(), any -> new LinkedHashSet<>())
                .add(place);
    }

    void used(Place place) {
        Set<Place> same = spareOfAddress.get(place.address());
        if (same != null && spare(place.group()).remove(place)) {
            spare(place.group()).add(place);
            same.remove(place);
            same.add(place);
        }
    }

    void keep(Place place) {
        spare(place.group()).remove(place);
        Set<Place> same = spareOfAddress.get(place.address());
        if (same != null && same.remove(place) && same.isEmpty()) {
            spareOfAddress.remove(place.address());
        }
    }

    private void release(Place place) {
        if (!all.remove(place)) {
            return;
        }
        keep(place);
        place.memory().close();
        used.merge(place.group(), -1, Integer::sum);
        lessOne(usedByListener, place.listener());
        lessOne(usedByAddress, place.address());
    }

    private static void lessOne(Map<String, Integer> counts, String name) {
        counts.computeIfPresent(name, (any, count) -> count == 1 ? null : count - 1);
    }

    /** How many connections there are. */
    public int size() {
        return all.size();
    }
}
