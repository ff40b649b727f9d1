package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;

/** A process that is stopped until this is closed, as by a scheduler that has no time for it. */
final class Asleep implements AutoCloseable {
    private final long pid;

    Asleep(long pid) {
        this.pid = pid;
        signal("STOP");
    }

    private void signal(String name) {
        try {
            Process kill =
                    new ProcessBuilder("kill", "-" + name, "" + pid).inheritIO().start();
            assertThat(kill.waitFor()).isZero();
        } catch (IOException | InterruptedException e) {
            throw new UncheckedIOException(new IOException("cannot signal " + pid, e));
        }
    }

    @Override
    public void close() {
        signal("CONT");
    }
}
