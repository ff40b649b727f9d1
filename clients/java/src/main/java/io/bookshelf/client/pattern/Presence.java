package io.bookshelf.client.pattern;

import io.bookshelf.client.Bookshelf;
import io.bookshelf.client.Codecs;
import io.bookshelf.client.ConnectOptions;
import io.bookshelf.client.PutOptions;
import io.bookshelf.client.ShelfMap;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.SortedMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Says that somebody is here, under {@code presence/<name>}, for as long as its program runs and reaches its unit: refreshed
 * before it expires, deleted by a will when the program dies, and by the expiry when its unit dies with it.
 *
 * <p><b>While the network is divided</b> the other side is taken for away when the time to live is over, and for here until
 * then. A will that comes late, after the program is back, deletes for a moment what it has just written; it is written again
 * at once. <b>Do not</b> conclude from absence that somebody has stopped working.
 *
 * {@snippet class="io.bookshelf.client.examples.PatternExamples" region="presence" :
 * // @start region="presence"
 * // options is such as Bookshelf.at("mqtt://127.0.0.1:1883"): the will needs a connection of its own
 * try (Presence here = Presence.announce(options, "hall", "up", Duration.ofSeconds(60));
 *         ShelfMap<String> who = Presence.who(shelf)) {
 *     who.awaitComplete(Duration.ofSeconds(5));
 *     System.out.println(who.names() + ", as " + here.all().keySet());
 * }
 * // @end
 * }
 * }
 * }
 */
public final class Presence implements AutoCloseable {
    /** Under this prefix stand the names of those who are here. */
    public static final String PREFIX = "presence/";

    private final Bookshelf shelf;
    private final ShelfMap<String> all;
    private final String name;
    private final String text;
    private final PutOptions expiring;
    private final Beat beat;
    private final AtomicBoolean left = new AtomicBoolean();

    private Presence(Bookshelf shelf, String name, String text, Duration timeToLive) {
        this.shelf = shelf;
        this.name = name;
        this.text = text;
        this.expiring = PutOptions.DEFAULT.expiresAfter(timeToLive);
        this.all = shelf.map(PREFIX, Codecs.text());
        write();
        this.beat = new Beat("bookshelf-presence", timeToLive, this::write);
        all.onChange(() -> {
            if (all.get(name).isEmpty()) {
                beat.now();
            }
        });
    }

    /**
     * Announces somebody, over a connection of its own, which the will needs.
     *
     * @param text what others read there, at least one character
     * @param timeToLive after which one who is not heard of any more is away; some tens of seconds
     */
    public static Presence announce(ConnectOptions options, String name, String text, Duration timeToLive) {
        String key = PREFIX + Names.level("somebody", name);
        Bookshelf shelf = options.will(key, new byte[0]).connect();
        try {
            return new Presence(shelf, name, text, timeToLive);
        } catch (RuntimeException e) {
            shelf.close();
            throw e;
        }
    }

    /** Who is here now. */
    public static ShelfMap<String> who(Bookshelf shelf) {
        return shelf.map(PREFIX, Codecs.text());
    }

    /** Who is here now, and what they say. */
    public SortedMap<String, String> all() {
        return all.values();
    }

    private void write() {
        shelf.put(PREFIX + name, text.getBytes(StandardCharsets.UTF_8), expiring);
    }

    /** Leaves: the key is deleted. */
    @Override
    public void close() {
        if (!left.compareAndSet(false, true)) {
            return;
        }
        beat.close();
        all.close();
        try (shelf) {
            shelf.delete(PREFIX + name);
        }
    }
}
