package io.bookshelf.client;

import io.bookshelf.schema.Version;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The keys under a prefix as a map of typed values, kept current by a watch; reading it asks nobody. Names are keys without
 * the prefix. Writes go to the unit, and show here when they come back from it. Thread-safe.
 *
 * {@snippet class="io.bookshelf.client.examples.ClientExamples" region="map" :
 * // @start region="map"
 * // record Light(boolean on, int percent) {}
 * try (ShelfMap<Light> lights = shelf.map("rooms/", Codecs.json(Light.class))) {
 *     lights.onChange(() -> System.out.println(lights.values()));
 *     lights.awaitComplete(Duration.ofSeconds(5));
 *     lights.put("hall", new Light(true, 40));
 *     lights.get("hall").ifPresent(light -> System.out.println(light.percent() + " %"));
 *     return lights.values();
 * }
 * // @end
 * }
 * }
 * }
 *
 * @param <T> what the values mean
 */
public final class ShelfMap<T> implements AutoCloseable {
    private final Bookshelf shelf;
    private final String prefix;
    private final Codec<T> codec;
    private final ConcurrentSkipListMap<String, Held<T>> held = new ConcurrentSkipListMap<>();
    private final Map<String, String> unreadable = new ConcurrentSkipListMap<>();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Void> complete = new CompletableFuture<>();
    private final Watch watch;
    private volatile @Nullable BookshelfException ended;

    private record Held<T>(T value, Entry entry) {}

    ShelfMap(Bookshelf shelf, String prefix, Codec<T> codec) {
        if (!prefix.endsWith("/")) {
            throw new IllegalArgumentException("a prefix ends with /, unlike \"" + prefix + "\"");
        }
        this.shelf = shelf;
        this.prefix = prefix;
        this.codec = codec;
        this.watch = shelf.watch(prefix + "#");
        Thread.ofVirtual().name("bookshelf-map").start(this::follow);
    }

    private void follow() {
        try {
            while (true) {
                if (take(watch.take())) {
                    listeners.forEach(Listeners::tell);
                }
            }
        } catch (InterruptedException nobodyElse) {
            complete.completeExceptionally(new NoAnswerException("interrupted while waiting for an answer"));
        } catch (BookshelfException why) {
            complete.completeExceptionally(why);
            if (!watch.isClosed()) {
                ended = why;
                listeners.forEach(Listeners::tell);
            }
        }
    }

    private boolean take(WatchEvent event) {
        switch (event) {
            case WatchEvent.Changed changed -> {
                return keep(changed.entry());
            }
            case WatchEvent.Deleted deleted -> {
                String name = name(deleted.key());
                return unreadable.remove(name) != null | held.remove(name) != null;
            }
            case WatchEvent.Complete all -> {
                complete.complete(null);
                return true;
            }
            case WatchEvent.Interrupted interrupted -> {
                return false;
            }
        }
    }

    private boolean keep(Entry entry) {
        // "lights/#" matches "lights" itself, too.
        if (!entry.key().startsWith(prefix)) {
            return false;
        }
        String name = name(entry.key());
        try {
            held.put(name, new Held<>(entry.as(codec), entry));
            unreadable.remove(name);
        } catch (CodecException | RuntimeException e) {
            // Whatever a codec throws, it is about this value: the map goes on.
            held.remove(name);
            unreadable.put(name, e.getMessage() == null ? e.toString() : e.getMessage());
        }
        return true;
    }

    private String name(String key) {
        return key.startsWith(prefix) ? key.substring(prefix.length()) : "";
    }

    /**
     * Waits until all that the unit held when the map was made is in it.
     *
     * @throws NoAnswerException if that takes longer
     * @throws RefusedException if the unit lets nobody with this client's rights read there
     */
    public void awaitComplete(Duration longest) {
        shelf.mayWait();
        try {
            Futures.join(complete.copy().orTimeout(longest.toNanos(), TimeUnit.NANOSECONDS));
        } catch (IllegalStateException e) {
            if (e.getCause() instanceof TimeoutException) {
                throw new NoAnswerException("the keys under " + prefix + " did not come within " + longest);
            }
            throw e;
        }
    }

    /** The value under a name; empty if there is none, or none that can be read, or its time to live is over. */
    public Optional<T> get(String name) {
        return current(held.get(name)).map(Held::value);
    }

    /** The entry under a name, with its version, author and age. */
    public Optional<Entry> entry(String name) {
        return current(held.get(name)).map(Held::entry);
    }

    /** All values that can be read, by name; a copy. */
    public SortedMap<String, T> values() {
        TreeMap<String, T> copy = new TreeMap<>();
        held.forEach((name, each) -> current(each).ifPresent(found -> copy.put(name, found.value())));
        return Collections.unmodifiableSortedMap(copy);
    }

    /** The names whose values the codec refuses, and why. */
    public Map<String, String> unreadable() {
        return Map.copyOf(unreadable);
    }

    private Optional<Held<T>> current(@Nullable Held<T> found) {
        return found == null || found.entry().hasExpired() ? Optional.empty() : Optional.of(found);
    }

    /**
     * Why it is not kept current any more: a {@link RefusedException} where the unit does not let this client read, an
     * {@link UnreachableException} where another client has taken its id. Empty as long as it is, and once it was closed.
     */
    public Optional<BookshelfException> ended() {
        return Optional.ofNullable(ended);
    }

    /** Writes a value; returns when it is on the unit's disk, with the version as {@link Bookshelf#put(String, byte[], PutOptions)}. */
    public Optional<Version> put(String name, T value) {
        return put(name, value, PutOptions.DEFAULT);
    }

    /** Writes a value with properties; the codec's content type goes along unless another is given. */
    public Optional<Version> put(String name, T value, PutOptions how) {
        PutOptions typed =
                how.properties().contentType() == null && !codec.contentType().isEmpty()
                        ? how.contentType(codec.contentType())
                        : how;
        return shelf.put(prefix + name, codec.encode(value), typed);
    }

    /** Deletes a name; returns when that is on the unit's disk. */
    public void remove(String name) {
        shelf.delete(prefix + name);
    }

    /**
     * Runs it after each change, and when the map has {@link #ended} by itself, on the map's own thread, one at a time; it may
     * block, and use the client. That a time to live is over is a change, too. What it throws
     * goes to that thread's handler of uncaught exceptions.
     */
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }

    /** Stops following. */
    @Override
    public void close() {
        watch.close();
    }

    /** The names that can be read; a copy. */
    public List<String> names() {
        return new ArrayList<>(values().keySet());
    }
}
