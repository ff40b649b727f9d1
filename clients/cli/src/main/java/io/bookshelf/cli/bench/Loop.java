package io.bookshelf.cli.bench;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/** One thread's connections: reads and writes whichever is ready. Belongs to the thread that calls it. */
final class Loop implements AutoCloseable {
    /** How long a broker may take to answer a CONNECT or a SUBSCRIBE. */
    static final long ANSWER_NANOS = 10_000_000_000L;

    private final Target target;
    private final AtomicBoolean stop;
    private final Selector selector;
    private final List<Link> links = new ArrayList<>();
    private long tickMillis = 100;

    /** A loop without connections; when {@code stop} becomes true whatever waits in it ends with an exception. */
    Loop(Target target, AtomicBoolean stop) {
        this.target = target;
        this.stop = stop;
        try {
            selector = Selector.open();
        } catch (IOException e) {
            throw new BenchException("no selector could be opened: " + e.getMessage(), e);
        }
    }

    /**
     * Connects to the broker and waits until it has accepted.
     *
     * @throws BenchException if it cannot be reached, refuses, or does not answer in time
     */
    Link connect(String clientId, PacketHandler handler) {
        Link link = Link.open(target, selector, clientId, handler);
        links.add(link);
        if (!runUntil(link::accepted, System.nanoTime() + ANSWER_NANOS)) {
            throw new BenchException("the broker at " + target.name() + " did not answer a CONNECT within 10 s");
        }
        return link;
    }

    /** Subscribes and waits for the SUBACK. */
    void subscribe(Link link, String filter, int qos) {
        link.send(Packets.subscribe(target, filter, qos));
        if (!runUntil(link::subscribed, System.nanoTime() + ANSWER_NANOS)) {
            throw new BenchException("the broker at " + target.name() + " did not answer a SUBSCRIBE within 10 s");
        }
    }

    /** Works until {@code done} or {@code deadline} (as {@link System#nanoTime}); returns whether it was done. */
    boolean runUntil(BooleanSupplier done, long deadline) {
        while (!done.getAsBoolean()) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            select(Math.min(left / 1_000_000 + 1, tickMillis));
        }
        return true;
    }

    /** Tells the handlers when nothing has come in for that long; 100 ms by default. */
    void tick(long millis) {
        tickMillis = millis;
    }

    /** Reads and writes what is ready now, without waiting. */
    void poll() {
        select(0);
    }

    private void select(long millis) {
        if (stop.get()) {
            throw new BenchException("stopped");
        }
        try {
            if (millis == 0) {
                selector.selectNow(Loop::ready);
            } else {
                if (selector.select(Loop::ready, millis) == 0) {
                    links.forEach(Link::quiet);
                }
            }
        } catch (IOException e) {
            throw new BenchException("waiting for the network failed: " + e.getMessage(), e);
        }
    }

    private static void ready(SelectionKey key) {
        if (key.attachment() instanceof Link link) {
            link.ready(key);
        }
    }

    @Override
    public void close() {
        links.forEach(Link::close);
        try {
            selector.close();
        } catch (IOException e) {
            throw new BenchException("closing the connections failed: " + e.getMessage(), e);
        }
    }
}
