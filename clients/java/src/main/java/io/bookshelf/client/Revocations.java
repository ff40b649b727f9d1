package io.bookshelf.client;

import io.bookshelf.client.wire.PkiFolder;
import io.bookshelf.client.wire.WireMessage;
import java.time.Duration;
import java.util.List;
import java.util.function.BiFunction;

/** Brings the revocation lists that the unit has, and those in the folder, to where whoever answers is judged. */
final class Revocations implements Interest {
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(5);

    private final PkiFolder pki;
    private final Runnable changed;

    /** @param changed to be run when there may be a new list; any thread */
    Revocations(PkiFolder pki, Runnable changed) {
        this.pki = pki;
        this.changed = changed;
    }

    /** Looks at the files now and then. */
    void look(BiFunction<Runnable, Duration, Runnable> later) {
        var unused = later.apply(
                () -> {
                    aside(() -> {
                        pki.refresh();
                        changed.run();
                    });
                    look(later);
                },
                BETWEEN_LOOKS);
    }

    /** Files and signatures are nothing for the engine's thread. */
    private static void aside(Runnable task) {
        Thread.ofVirtual().name("bookshelf-certificates").start(task);
    }

    @Override
    public List<String> filters() {
        return List.of("bookshelf/crl/+/+");
    }

    @Override
    public void received(WireMessage message) {
        if (message.payload().length > 0) {
            aside(() -> {
                if (pki.offer(message.payload())) {
                    changed.run();
                }
            });
        }
    }

    @Override
    public void started() {}

    @Override
    public void complete() {}

    @Override
    public void interrupted(String reason) {}

    /** Whoever may not read them goes by the files alone. */
    @Override
    public void failed(BookshelfException why) {}
}
