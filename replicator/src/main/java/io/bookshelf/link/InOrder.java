package io.bookshelf.link;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs what it is given one after the other, in the order in which it came, on the threads that give it and without ever
 * making one wait: whoever comes while another is at it leaves its task to that one.
 */
final class InOrder {
    private static final Logger log = LoggerFactory.getLogger(InOrder.class);

    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();

    void run(Runnable task) {
        tasks.add(task);
        if (waiting.getAndIncrement() > 0) {
            return;
        }
        do {
            Runnable next = tasks.poll();
            try {
                if (next != null) {
                    next.run();
                }
            } catch (RuntimeException e) {
                log.error("a mistake of ours: {}", e.toString(), e);
            }
        } while (waiting.decrementAndGet() > 0);
    }
}
