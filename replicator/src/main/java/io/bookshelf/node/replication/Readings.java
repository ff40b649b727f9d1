package io.bookshelf.node.replication;

import io.bookshelf.store.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a core wants read. It waits for each answer, so what fails (no file handle left, an error of the disk) is tried again for
 * as long as the answer is wanted. For one thread.
 */
final class Readings {
    private static final Logger log = LoggerFactory.getLogger(Readings.class);

    private final Consumer<Runnable> later;
    private final Runnable whenDamaged;
    private final List<Runnable> failed = new ArrayList<>();

    /**
     * @param later runs something soon on this object's thread
     * @param whenDamaged has the writer look at the file, which is what replaces it
     */
    Readings(Consumer<Runnable> later, Runnable whenDamaged) {
        this.later = later;
        this.whenDamaged = whenDamaged;
    }

    /** Reads soon, and hands on what was read. */
    <T> void soon(BooleanSupplier wanted, Supplier<T> reading, Consumer<T> then) {
        later.accept(() -> {
            if (!wanted.getAsBoolean()) {
                return;
            }
            T read;
            try {
                read = reading.get();
            } catch (StoreException e) {
                log.warn("what peers are to have cannot be read, and is tried again: {}", e.getMessage());
                failed.add(() -> soon(wanted, reading, then));
                if (e.reason() == StoreException.Reason.DAMAGED) {
                    whenDamaged.run();
                }
                return;
            }
            then.accept(read);
        });
    }

    /** Tries again what has failed since the last time. */
    void again() {
        List<Runnable> all = List.copyOf(failed);
        failed.clear();
        all.forEach(Runnable::run);
    }
}
