package io.bookshelf.client;

import io.bookshelf.client.wire.Filters;
import io.bookshelf.client.wire.WireMessage;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.ValueProperties;
import io.bookshelf.schema.Version;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * A connection to a unit's state. It comes back by itself when it is lost; until then, what is asked waits, and fails when
 * the time-out is over. Thread-safe; one for a program is enough.
 *
 * {@snippet class="io.bookshelf.client.examples.ClientExamples" region="put-and-get" :
 * // @start region="put-and-get"
 * // url is such as mqtt://127.0.0.1:1883
 * try (Bookshelf shelf = Bookshelf.connect(url)) {
 *     shelf.put("lights/hall", "on");
 *     System.out.println(shelf.get("lights/hall").map(Entry::text).orElse("not set"));
 * }
 * // @end
 * }
 * }
 * }
 *
 * <p>Each blocking method has a twin that returns a {@link CompletableFuture}, which fails with what the blocking one
 * throws: {@link UnreachableException}, {@link RefusedException}, {@link NoAnswerException}; an
 * {@link IllegalArgumentException} for what can be no key, filter or value is thrown at once by both.
 */
public final class Bookshelf implements AutoCloseable {
    private static final String IF_ABSENT = "bookshelf-if-absent";

    private final Engine engine;
    private final ConnectOptions options;

    Bookshelf(Engine engine, ConnectOptions options) {
        this.engine = engine;
        this.options = options;
    }

    /**
     * Connects with nothing but an address: {@code mqtt://HOST:PORT}, {@code mqtts://…}, {@code ws://HOST:PORT/mqtt} or
     * {@code wss://…}.
     *
     * @throws UnreachableException if nobody answers
     * @throws RefusedException if the unit does not let this client in
     */
    public static Bookshelf connect(String url) {
        return at(url).connect();
    }

    /** How to connect there; see {@link ConnectOptions}. */
    public static ConnectOptions at(String url) {
        return ConnectOptions.of(url);
    }

    /** The name of the unit that is, or was last, connected; empty for a broker that is no Bookshelf unit. */
    public Optional<String> unit() {
        return Optional.ofNullable(engine.unit());
    }

    /** Is the unit connected at the moment? */
    public boolean isConnected() {
        return engine.isConnected();
    }

    /** To be called before waiting; see {@link Engine#mayWait}. */
    void mayWait() {
        engine.mayWait();
    }

    /** How this was connected. */
    public ConnectOptions options() {
        return options;
    }

    /** The value of a key as the unit has it now; empty if it has none. */
    public Optional<Entry> get(String key) {
        engine.mayWait();
        return Futures.join(getAsync(key));
    }

    /** As {@link #get}. */
    public CompletableFuture<Optional<Entry>> getAsync(String key) {
        if (!key.startsWith("$")) {
            Key.of(key);
        }
        return Query.ask(engine, List.of(key), options.timeout())
                .thenApply(found -> found.stream().findFirst());
    }

    /**
     * All keys that match a filter, in the unit's order. For large parts of the state {@link Snapshot} needs no memory for
     * all of them.
     *
     * @param filters MQTT topic filters, such as {@code lights/#}; {@code #} for everything
     */
    public List<Entry> list(String... filters) {
        engine.mayWait();
        return Futures.join(listAsync(filters));
    }

    /** As {@link #list}. */
    public CompletableFuture<List<Entry>> listAsync(String... filters) {
        return Query.ask(engine, checked(filters), options.timeout());
    }

    private static List<String> checked(String... filters) {
        if (filters.length == 0) {
            throw new IllegalArgumentException("say what: a topic filter, such as lights/# or #");
        }
        for (String filter : filters) {
            Filters.of(filter);
        }
        return List.of(filters);
    }

    /** Writes text, in UTF-8; returns when it is on the unit's disk, with the version as {@link #put(String, byte[], PutOptions)}. */
    public Optional<Version> put(String key, String text) {
        return put(key, text.getBytes(StandardCharsets.UTF_8), PutOptions.DEFAULT);
    }

    /** Writes a value; returns when it is on the unit's disk, with the version as {@link #put(String, byte[], PutOptions)}. */
    public Optional<Version> put(String key, byte[] value) {
        return put(key, value, PutOptions.DEFAULT);
    }

    /**
     * Writes a value with properties; returns when it is on the unit's disk.
     *
     * @return the version that this write was given, to compare with that of an {@link Entry}; empty where the unit is an older
     *     one that does not say, or a broker that is none
     */
    public Optional<Version> put(String key, byte[] value, PutOptions how) {
        engine.mayWait();
        return Futures.join(putVersionAsync(key, value, how));
    }

    /**
     * As {@link #putVersionAsync}, without the version.
     *
     * @param value at least one byte: an empty value would delete
     */
    public CompletableFuture<Void> putAsync(String key, byte[] value, PutOptions how) {
        return withoutVersion(putVersionAsync(key, value, how));
    }

    private static CompletableFuture<Void> withoutVersion(CompletableFuture<?> written) {
        return written.thenApply(version -> null);
    }

    /**
     * As {@link #put(String, byte[], PutOptions)}, but does not wait for the unit. It waits only while more than 16 MiB of
     * earlier writes (with 512 bytes for each) are not acknowledged, so that who writes without end does not fill the memory;
     * no longer than the time-out, after which it fails with an {@link UnreachableException}. Where it is called by what
     * this client runs when a future is done, it does not wait, and fails at once then. Writes of one client are applied in the order of the
     * calls. One that is not acknowledged when the connection breaks is sent again when it is back, unless it is
     * {@link PutOptions#ifAbsent()}: that one fails with a {@link NoAnswerException}. The unit knows it again, for an hour, by an
     * id that goes along: had it been written the first time, it is not written over what somebody has written since. (An
     * older unit does not know ids, and another unit not those of this one: there it is a new write.)
     *
     * @param value at least one byte: an empty value would delete
     */
    public CompletableFuture<Optional<Version>> putVersionAsync(String key, byte[] value, PutOptions how) {
        Key.of(key);
        if (value.length == 0) {
            throw new IllegalArgumentException("a value has at least one byte; to delete " + key + ", delete it");
        }
        ValueProperties properties = how.properties();
        if (how.onlyIfAbsent()) {
            List<ValueProperties.Property> user = new ArrayList<>(properties.user());
            user.add(new ValueProperties.Property(IF_ABSENT, "true"));
            properties = properties.withUser(user);
        }
        WireMessage message = new WireMessage(key, value.clone(), true, 1, how.expirySeconds(), properties);
        return engine.put(message, how.onlyIfAbsent(), how.isOnlyNow()).thenApply(written -> {
            written.notice()
                    .ifPresent(notice -> Listeners.tell(() -> how.notices().accept(notice)));
            return written.version();
        });
    }

    /** Deletes a key; returns when that is on the unit's disk. A key that has no value is none the worse for it. */
    public void delete(String key) {
        engine.mayWait();
        Futures.join(deleteAsync(key));
    }

    /**
     * As {@link #delete}, but only over the connection that there is now: it is not sent again when that one breaks, for what
     * would be wrong if it came later.
     *
     * @throws NoAnswerException if the connection breaks before it is acknowledged
     */
    public void deleteNow(String key) {
        engine.mayWait();
        Key.of(key);
        Futures.join(engine.put(new WireMessage(key, new byte[0], true, 1, -1, ValueProperties.NONE), false, true));
    }

    /** As {@link #delete}. */
    public CompletableFuture<Void> deleteAsync(String key) {
        Key.of(key);
        return withoutVersion(
                engine.put(new WireMessage(key, new byte[0], true, 1, -1, ValueProperties.NONE), false, false));
    }

    /**
     * Watches the keys under some filters: their values first, then each change.
     *
     * @param filters MQTT topic filters
     */
    public Watch watch(String... filters) {
        Watch watch = new Watch(engine, checked(filters));
        watch.start();
        return watch;
    }

    /**
     * Watches, and hands what happens to a listener, one event after the other, on a virtual thread of its own; the
     * listener may block, and use this client. What it throws goes to its thread's handler of uncaught exceptions, which
     * prints it unless it was set, and the next event follows. It ends when the watch is closed; where it ends by itself, since
     * the unit lets nobody with this client's rights read there or another client has taken its id, the last event is a
     * {@link WatchEvent.Interrupted} that says why.
     */
    public Watch watch(String filter, Consumer<WatchEvent> listener) {
        Watch watch = watch(filter);
        Thread.ofVirtual().name("bookshelf-watch").start(() -> follow(watch, listener));
        return watch;
    }

    private static void follow(Watch watch, Consumer<WatchEvent> listener) {
        try {
            while (true) {
                WatchEvent event = watch.take();
                Listeners.tell(() -> listener.accept(event));
            }
        } catch (InterruptedException nobodyElse) {
            watch.close();
        } catch (BookshelfException ended) {
            if (!watch.isClosed()) {
                String why = String.valueOf(ended.getMessage());
                Listeners.tell(() -> listener.accept(new WatchEvent.Interrupted(why, ended)));
            }
            watch.close();
        }
    }

    /**
     * A typed view of the keys under a prefix, kept current.
     *
     * @param prefix ends with {@code /}, such as {@code wifi/}
     */
    public <T> ShelfMap<T> map(String prefix, Codec<T> codec) {
        return new ShelfMap<>(this, prefix, codec);
    }

    /** Waits for the writes that are on their way (no longer than the time-out), and ends the connection. */
    @Override
    public void close() {
        engine.mayWait();
        Futures.join(closeAsync());
    }

    /** As {@link #close}. */
    public CompletableFuture<Void> closeAsync() {
        return engine.close();
    }
}
