package io.bookshelf.client.pattern;

import io.bookshelf.client.Bookshelf;
import io.bookshelf.client.BookshelfException;
import io.bookshelf.client.Codecs;
import io.bookshelf.client.PutOptions;
import io.bookshelf.client.ShelfMap;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.SortedMap;

/**
 * An address book: who offers what, where, under {@code services/<name>/<unit>}; an offer that is not kept alive expires.
 *
 * <p><b>While the network is divided</b> an offer from the other side stands until its time to live is over, though nobody can
 * reach it: try the next one. <b>Do not</b> keep addresses for longer than a call; they are current here.
 *
 * {@snippet class="io.bookshelf.client.examples.PatternExamples" region="services" :
 * // @start region="services"
 * try (Services.Offer offer = Services.offer(shelf, "dns", "hall", "192.168.1.2:53", Duration.ofMinutes(1));
 *         Services dns = new Services(shelf, "dns")) {
 *     dns.awaitComplete(Duration.ofSeconds(5));
 *     dns.nearest("hall").ifPresent(address -> System.out.println("ask " + address));
 * }
 * // @end
 * }
 * }
 * }
 */
public final class Services implements AutoCloseable {
    private static final String PREFIX = "services/";

    private final ShelfMap<String> offers;

    /** Looks up one service. */
    public Services(Bookshelf shelf, String name) {
        this.offers = shelf.map(PREFIX + Names.level("a service", name) + "/", Codecs.text());
    }

    /** An offer that is kept alive until it is closed. */
    public static final class Offer implements AutoCloseable {
        private final Bookshelf shelf;
        private final String key;
        private final Beat beat;

        private Offer(Bookshelf shelf, String key, String address, Duration timeToLive) {
            this.shelf = shelf;
            this.key = key;
            byte[] value = address.getBytes(StandardCharsets.UTF_8);
            PutOptions expiring = PutOptions.DEFAULT.expiresAfter(timeToLive);
            shelf.put(key, value, expiring);
            this.beat = new Beat("bookshelf-offer", timeToLive, () -> shelf.put(key, value, expiring));
        }

        /** Takes it back. */
        @Override
        public void close() {
            beat.close();
            try {
                shelf.delete(key);
            } catch (BookshelfException unreachable) {
                // It expires by itself.
            }
        }
    }

    /**
     * Offers a service.
     *
     * @param address where it is, such as {@code 192.168.1.2:53}; at least one character
     */
    public static Offer offer(Bookshelf shelf, String name, String unit, String address, Duration timeToLive) {
        String key = PREFIX + Names.level("a service", name) + "/" + Names.level("a unit", unit);
        return new Offer(shelf, key, address, timeToLive);
    }

    /** Waits until all offers that the unit knew of are here. */
    public void awaitComplete(Duration longest) {
        offers.awaitComplete(longest);
    }

    /** The addresses, by unit. */
    public SortedMap<String, String> addresses() {
        return offers.values();
    }

    /** The address at one's own unit if it offers the service, otherwise that of the first that does. */
    public Optional<String> nearest(String unit) {
        return offers.get(unit).or(() -> addresses().values().stream().findFirst());
    }

    /** Runs it after each change; see {@link ShelfMap#onChange}. */
    public void onChange(Runnable listener) {
        offers.onChange(listener);
    }

    /** Stops following. */
    @Override
    public void close() {
        offers.close();
    }
}
