package io.bookshelf.client.pattern;

import io.bookshelf.client.Bookshelf;
import io.bookshelf.client.Codec;
import io.bookshelf.client.Entry;
import io.bookshelf.client.ShelfMap;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A table to which each unit contributes rows of its own, under {@code <prefix><unit>/<id>}, such as the clients that it
 * sees: nobody writes another unit's rows, so nothing is ever lost to a concurrent write.
 *
 * <p><b>While the network is divided</b> each side sees the other's rows as they were. <b>Do not</b> keep all rows in one
 * value: then two units that change it lose one of the changes.
 *
 * {@snippet class="io.bookshelf.client.examples.PatternExamples" region="unit-table" :
 * // @start region="unit-table"
 * // record Light(boolean on, int percent) {}
 * try (UnitTable<Light> lights = new UnitTable<>(shelf, "lamps/", "hall", Codecs.json(Light.class))) {
 *     lights.awaitComplete(Duration.ofSeconds(5));
 *     lights.put("ceiling", new Light(true, 40));
 *     lights.merged().forEach((lamp, row) -> System.out.println(lamp + " at " + row.unit() + ": " + row.value()));
 * }
 * // @end
 * }
 * }
 * }
 *
 * @param <T> a row
 */
public final class UnitTable<T> implements AutoCloseable {
    private final String own;
    private final ShelfMap<T> all;

    /**
     * A row of the merged table.
     *
     * @param unit whose row it is
     * @param entry as the unit has it, with version and age
     */
    public record Row<T>(String unit, T value, Entry entry) {}

    /**
     * Opens the table.
     *
     * @param prefix ends with {@code /}
     * @param unit the unit whose rows this program writes
     */
    public UnitTable(Bookshelf shelf, String prefix, String unit, Codec<T> codec) {
        this.own = Names.level("a unit", unit) + "/";
        this.all = shelf.map(prefix, codec);
    }

    /** Waits until all rows that the unit held are here. */
    public void awaitComplete(Duration longest) {
        all.awaitComplete(longest);
    }

    /** Writes a row of this unit's. */
    public void put(String id, T value) {
        all.put(own + Names.level("a row", id), value);
    }

    /** Deletes a row of this unit's. */
    public void remove(String id) {
        all.remove(own + Names.level("a row", id));
    }

    /**
     * Makes this unit's rows exactly these: writes those that differ, and deletes those of an earlier run that are no
     * longer there. Wait for {@link #awaitComplete} before.
     */
    public void replaceOwn(Map<String, T> rows) {
        all.values().keySet().stream()
                .filter(name -> name.startsWith(own) && !rows.containsKey(name.substring(own.length())))
                .forEach(all::remove);
        rows.forEach((id, value) -> {
            if (!all.get(own + id).equals(Optional.of(value))) {
                put(id, value);
            }
        });
    }

    /** One row for each id: where several units have one, the one written last. */
    public SortedMap<String, Row<T>> merged() {
        TreeMap<String, Row<T>> merged = new TreeMap<>();
        all.values().forEach((name, value) -> all.entry(name).ifPresent(entry -> {
            int slash = name.indexOf('/');
            if (slash > 0 && slash < name.length() - 1) {
                merged.merge(
                        name.substring(slash + 1),
                        new Row<>(name.substring(0, slash), value, entry),
                        (one, other) -> newer(one.entry(), other.entry()) ? one : other);
            }
        }));
        return Collections.unmodifiableSortedMap(merged);
    }

    private static boolean newer(Entry one, Entry other) {
        return one.version().isPresent()
                && (other.version().isEmpty()
                        || one.version().get().compareTo(other.version().get()) > 0);
    }

    /** Runs it after each change; see {@link ShelfMap#onChange}. */
    public void onChange(Runnable listener) {
        all.onChange(listener);
    }

    /** Stops following; the rows stay. */
    @Override
    public void close() {
        all.close();
    }
}
