package io.bookshelf.client.pattern;

import io.bookshelf.client.Bookshelf;
import io.bookshelf.client.Codecs;
import io.bookshelf.client.ShelfMap;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A set to which all units add and from which all remove, one key a unit and member, {@code set/<name>/<unit>/<member>}. A
 * member is in it while any unit's key for it is there; removing deletes those that are known here.
 *
 * <p><b>While the network is divided</b>, what one side adds and the other removes stays: adding wins over a removal that had
 * not seen it. <b>Do not</b> keep a set as one value: of two additions at once, one is lost.
 *
 * {@snippet class="io.bookshelf.client.examples.PatternExamples" region="merged-set" :
 * // @start region="merged-set"
 * try (MergedSet blocked = new MergedSet(shelf, "blocked", "hall")) {
 *     blocked.onChange(() -> System.out.println(blocked.members()));
 *     blocked.awaitComplete(Duration.ofSeconds(5));
 *     blocked.add("aa:bb:cc:00:11:22");
 * }
 * // @end
 * }
 * }
 * }
 */
public final class MergedSet implements AutoCloseable {
    private static final String PREFIX = "set/";

    private final String own;
    private final ShelfMap<String> keys;

    /**
     * Opens the set.
     *
     * @param unit under whose name this program adds
     */
    public MergedSet(Bookshelf shelf, String name, String unit) {
        this.own = Names.level("a unit", unit) + "/";
        this.keys = shelf.map(PREFIX + Names.level("a set", name) + "/", Codecs.text());
    }

    /** Waits until all members that the unit knew of are here. */
    public void awaitComplete(Duration longest) {
        keys.awaitComplete(longest);
    }

    /** Adds a member; returns when that is on the unit's disk. */
    public void add(String member) {
        keys.put(own + Names.level("a member", member), "1");
    }

    /** Removes a member, by whomever it was added, as far as that is known here. */
    public void remove(String member) {
        String end = "/" + Names.level("a member", member);
        List<String> known =
                keys.names().stream().filter(name -> name.endsWith(end)).toList();
        known.forEach(keys::remove);
    }

    /** Who is in it, as far as is known here. */
    public SortedSet<String> members() {
        TreeSet<String> members = new TreeSet<>();
        for (String name : keys.names()) {
            members.add(name.substring(name.indexOf('/') + 1));
        }
        return Collections.unmodifiableSortedSet(members);
    }

    /** Runs it after each change; see {@link ShelfMap#onChange}. */
    public void onChange(Runnable listener) {
        keys.onChange(listener);
    }

    /** Stops following; the members stay. */
    @Override
    public void close() {
        keys.close();
    }
}
