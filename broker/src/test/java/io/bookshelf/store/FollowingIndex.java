package io.bookshelf.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Holds the entries that are durable, from nothing but what an index is told. */
final class FollowingIndex implements EntryIndex {
    final TreeMap<Key, Entry> durable = new TreeMap<>();
    private final List<Runnable> pending = new ArrayList<>();
    Map<String, byte[]> lastStart = Map.of();
    int resets;
    boolean failsNext;

    @Override
    public void opened(Map<String, byte[]> ended) {
        lastStart = ended;
    }

    @Override
    public void changed(@Nullable Entry before, @Nullable Entry after) {
        Key key = after != null ? after.key() : before == null ? Key.of("nothing") : before.key();
        pending.add(() -> {
            assertThat(before).isEqualTo(durable.get(key));
            if (after == null) {
                durable.remove(key);
            } else {
                durable.put(key, after);
            }
        });
        if (failsNext) {
            failsNext = false;
            throw new IllegalStateException("as the test wants it");
        }
    }

    @Override
    public void committed(Head head) {
        pending.forEach(Runnable::run);
        pending.clear();
    }

    @Override
    public void discarded() {
        assertThat(pending).isNotEmpty();
        pending.clear();
    }

    @Override
    public void reset() {
        assertThat(pending).isEmpty();
        durable.clear();
        resets++;
    }
}
