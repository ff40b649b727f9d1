package io.bookshelf.client.pattern;

import io.bookshelf.client.Bookshelf;
import io.bookshelf.client.Codec;
import io.bookshelf.client.CodecException;
import io.bookshelf.client.ShelfMap;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * A number to which all units add, as the sum of one key a unit, {@code count/<name>/<unit>}: a unit writes only its own, so
 * no addition is ever lost to a concurrent one.
 *
 * <p><b>While the network is divided</b> each side sees the other's part as it was; the sum is right again when they meet.
 * An addition whose write was not acknowledged counts from the next one on that is. <b>Do not</b> read a number, add to it
 * and write it back to one key: of two that do so at once, one is lost. One program writes a unit's part.
 *
 * {@snippet class="io.bookshelf.client.examples.PatternExamples" region="counter" :
 * // @start region="counter"
 * try (Counter joins = Counter.open(shelf, "joins", "hall", Duration.ofSeconds(5))) {
 *     joins.add(1);
 *     System.out.println(joins.sum());
 * }
 * // @end
 * }
 * }
 * }
 */
public final class Counter implements AutoCloseable {
    private static final String PREFIX = "count/";

    private final String unit;
    private final ShelfMap<Long> parts;
    private long own;

    private Counter(String unit, ShelfMap<Long> parts) {
        this.unit = unit;
        this.parts = parts;
    }

    /**
     * Opens the counter, and waits until it is known what this unit had added before.
     *
     * @param unit whose part this program writes
     * @param longest how long to wait
     */
    public static Counter open(Bookshelf shelf, String name, String unit, Duration longest) {
        String prefix = PREFIX + Names.level("a counter", name) + "/";
        Counter counter = new Counter(Names.level("a unit", unit), shelf.map(prefix, DECIMAL));
        counter.parts.awaitComplete(longest);
        counter.own = counter.parts.get(unit).orElse(0L);
        return counter;
    }

    /** Adds to it, or takes away; returns when that is on the unit's disk. */
    public synchronized void add(long difference) {
        own = Math.addExact(own, difference);
        parts.put(unit, own);
    }

    /** The sum of all units' parts, as far as they are known here; this unit's own as it was given. */
    public synchronized long sum() {
        return parts.values().entrySet().stream()
                        .filter(part -> !part.getKey().equals(unit))
                        .mapToLong(part -> part.getValue())
                        .sum()
                + own;
    }

    /** Stops following; the parts stay. */
    @Override
    public void close() {
        parts.close();
    }

    private static final Codec<Long> DECIMAL = new Codec<>() {
        @Override
        public byte[] encode(Long value) {
            return Long.toString(value).getBytes(StandardCharsets.US_ASCII);
        }

        @Override
        public Long decode(byte[] bytes) throws CodecException {
            try {
                return Long.valueOf(new String(bytes, StandardCharsets.UTF_8));
            } catch (NumberFormatException e) {
                throw new CodecException("the value is no whole number", e);
            }
        }
    };
}
