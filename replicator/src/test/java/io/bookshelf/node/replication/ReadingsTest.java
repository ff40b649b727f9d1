package io.bookshelf.node.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.store.StoreException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ReadingsTest {
    private final List<String> done = new ArrayList<>();
    private final Readings readings = new Readings(Runnable::run, () -> done.add("looks at the file"));
    private final ArrayDeque<StoreException.Reason> failures = new ArrayDeque<>();

    private String read() {
        StoreException.Reason failure = failures.poll();
        if (failure != null) {
            throw new StoreException(failure, "no file handle is left", null);
        }
        return "read";
    }

    @Test
    void whatFailsIsReadAgainUntilItIsRead() {
        failures.add(StoreException.Reason.IO);
        failures.add(StoreException.Reason.DAMAGED);
        readings.soon(() -> true, this::read, done::add);
        assertThat(done).isEmpty();
        readings.again();
        assertThat(done).containsExactly("looks at the file");
        readings.again();
        readings.again();
        assertThat(done).containsExactly("looks at the file", "read");
    }

    @Test
    void whatNobodyWantsAnyMoreIsNotReadAgain() {
        failures.add(StoreException.Reason.IO);
        boolean[] wanted = {true};
        readings.soon(() -> wanted[0], this::read, done::add);
        wanted[0] = false;
        readings.again();
        assertThat(done).isEmpty();
    }
}
