package io.bookshelf.broker.admission;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Those that have not proved anything yet, by the address that they come from. There may be so many in all, and so many from
 * one address, loopback excepted. Over a bound the oldest from that address, or from the address with the most, has to go: a
 * flood from one address pushes out its own. Loop thread only.
 *
 * @param <T> what there is of them, told apart by {@code equals}
 */
public final class Crowd<T> {
    private final int most;
    private final int mostOfAddress;
    private final Map<T, String> addresses = new LinkedHashMap<>();
    private final Map<String, Set<T>> members = new HashMap<>();

    /** Makes an empty one with these bounds. */
    public Crowd(int most, int mostOfAddress) {
        this.most = most;
        this.mostOfAddress = mostOfAddress;
    }

    /** Adds one; returns the one that has to go instead and is in it no more, null if there is room. */
    public @Nullable T add(String address, T newcomer) {
        addresses.put(newcomer, address);
        Set<T> same = members.computeIfAbsent(address, any -> new LinkedHashSet<>());
        same.add(newcomer);
        boolean loopback = address.equals(RemoteAddress.LOOPBACK);
        if (!loopback && same.size() > mostOfAddress) return takeOldest(same);
        if (addresses.size() > most) return takeOldest(largest());
        return null;
    }

    private T takeOldest(Set<T> some) {
        T oldest = some.iterator().next();
        remove(oldest);
        return oldest;
    }

    private Set<T> largest() {
        Set<T> largest = Set.of();
        for (Set<T> each : members.values()) {
            if (each.size() > largest.size()) {
                largest = each;
            }
        }
        return largest;
    }

    /** Takes one out; true if it was in. */
    public boolean remove(T one) {
        String address = addresses.remove(one);
        Set<T> same = address == null ? null : members.get(address);
        if (same == null) {
            return false;
        }
        same.remove(one);
        if (same.isEmpty()) {
            members.remove(address);
        }
        return true;
    }

    /** True if it is in. */
    public boolean contains(T one) {
        return addresses.containsKey(one);
    }

    /** All of them, the oldest first. */
    public List<T> all() {
        return List.copyOf(addresses.keySet());
    }

    /** How many there are. */
    public int size() {
        return addresses.size();
    }
}
