package io.bookshelf.client.pattern;

import io.bookshelf.client.Bookshelf;
import io.bookshelf.client.BookshelfException;
import io.bookshelf.client.Entry;
import io.bookshelf.client.PutOptions;
import io.bookshelf.client.RefusedException;
import io.bookshelf.client.Watch;
import io.bookshelf.client.WatchEvent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Something that one at a time should do, under {@code lease/<name>}: taken where it is free, renewed before it expires,
 * lost by its holder as soon as that cannot be done.
 *
 * <p>Of those who ask the same unit, one gets it. <b>While the network is divided</b> each side may have a holder, and two
 * units may give it out at the same moment even if it is not; when they hear of one another, the later of the two holds it,
 * and the other is told. <b>Do not</b> guard with it what must never happen twice: only what is a waste if done twice.
 *
 * {@snippet class="io.bookshelf.client.examples.PatternExamples" region="lease" :
 * // @start region="lease"
 * Runnable stop = () -> System.out.println("somebody else scans: stopping");
 * Lease.take(shelf, "scan", "hall", Duration.ofSeconds(30), stop).ifPresent(lease -> {
 *     try (lease) {
 *         System.out.println("scanning while " + lease.isHeld());
 *     }
 * });
 * // @end
 * }
 */
public final class Lease implements AutoCloseable {
    private static final String PREFIX = "lease/";

    private final Bookshelf shelf;
    private final String key;
    private final byte[] mine;
    private final PutOptions expiring;
    private final Runnable lost;
    private final long lifeNanos;
    private final Watch watch;
    private final Beat beat;
    private volatile long renewedAt;
    private volatile boolean held = true;
    private volatile @Nullable String notice;

    private Lease(Bookshelf shelf, String key, byte[] mine, Duration timeToLive, Runnable lost, long takenAt) {
        this.shelf = shelf;
        this.key = key;
        this.mine = mine;
        this.expiring = PutOptions.DEFAULT.expiresAfter(timeToLive).onlyNow();
        this.lost = lost;
        this.lifeNanos = timeToLive.toNanos();
        this.renewedAt = takenAt;
        // What they tell waits until both are there.
        synchronized (this) {
            this.beat = new Beat("bookshelf-lease", timeToLive, this::renew);
            this.watch = shelf.watch(key, this::changed);
        }
    }

    /**
     * Takes the lease if it is free.
     *
     * @param holder who takes it, for others to read
     * @param timeToLive after which a holder that is not heard of any more has lost it
     * @param lost run once, if it is lost before it is given back
     * @return empty if somebody has it
     */
    public static Optional<Lease> take(
            Bookshelf shelf, String name, String holder, Duration timeToLive, Runnable lost) {
        String key = PREFIX + Names.level("a lease", name);
        byte[] mine = (holder + " " + UUID.randomUUID()).getBytes(StandardCharsets.UTF_8);
        AtomicReference<@Nullable String> said = new AtomicReference<>();
        long now = System.nanoTime();
        try {
            shelf.put(
                    key,
                    mine,
                    PutOptions.DEFAULT.expiresAfter(timeToLive).ifAbsent().onNotice(said::set));
        } catch (RefusedException refused) {
            if (refused.isPresent()) {
                return Optional.empty();
            }
            throw refused;
        }
        Lease lease = new Lease(shelf, key, mine, timeToLive, lost, now);
        lease.notice = said.get();
        return Optional.of(lease);
    }

    /** Who has it, as the unit knows it now. */
    public static Optional<String> holder(Bookshelf shelf, String name) {
        return shelf.get(PREFIX + Names.level("a lease", name)).map(entry -> {
            String text = entry.text();
            int space = text.lastIndexOf(' ');
            return space < 0 ? text : text.substring(0, space);
        });
    }

    /** Is it held still, as far as this side can know? */
    public boolean isHeld() {
        return held && System.nanoTime() - renewedAt < lifeNanos;
    }

    /**
     * What the unit said of the time to live when it gave the lease: where it does not know what time it is, the lease of a
     * holder that is gone may end late, or only when somebody writes it. Empty for nothing.
     */
    public Optional<String> notice() {
        return Optional.ofNullable(notice);
    }

    private void changed(WatchEvent event) {
        boolean somebodyElse =
                switch (event) {
                    case WatchEvent.Changed changed -> !isMine(changed.entry());
                    case WatchEvent.Deleted deleted -> true;
                    case WatchEvent.Complete complete -> complete.count() == 0;
                    case WatchEvent.Interrupted interrupted -> false;
                };
        if (somebodyElse) {
            lose();
        } else if (event instanceof WatchEvent.Complete) {
            // After an interruption the next beat may come too late.
            beat.now();
        }
    }

    private boolean isMine(Entry entry) {
        return Arrays.equals(entry.value(), mine);
    }

    private void renew() {
        if (!isHeld()) {
            lose();
            return;
        }
        long now = System.nanoTime();
        // One that came later, over another connection, could take the lease from who holds it by then.
        var unused = shelf.putAsync(key, mine, expiring).thenRun(() -> renewedAt = now);
    }

    private synchronized void lose() {
        if (held) {
            held = false;
            beat.close();
            watch.close();
            lost.run();
        }
    }

    /** Gives it back. */
    @Override
    public void close() {
        boolean had;
        synchronized (this) {
            had = isHeld();
            held = false;
            beat.close();
            watch.close();
        }
        if (had && shelf.isConnected()) {
            try {
                giveBack();
            } catch (BookshelfException unreachable) {
                // It expires by itself.
            }
        }
    }

    /**
     * What this side knows may be old: the unit may have given the lease to another one since, or heard of another holder. So it
     * is asked first, and deleted over the same connection or not at all.
     */
    private void giveBack() {
        if (shelf.get(key).filter(this::isMine).isPresent()) {
            shelf.deleteNow(key);
        }
    }
}
