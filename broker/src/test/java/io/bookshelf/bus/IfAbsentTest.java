package io.bookshelf.bus;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.Scope;
import io.bookshelf.schema.ValueProperties;
import io.bookshelf.store.MemoryDisk;
import io.bookshelf.store.MemoryStore;
import io.bookshelf.store.SessionChange;
import io.bookshelf.store.StoreReader;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Writes that are made only where the key has no value: the single writer decides, inside the transaction. */
final class IfAbsentTest {
    private static final Key KEY = Key.of("a");

    private final SetClock time = new SetClock();
    private final MemoryStore store = new MemoryStore(new MemoryDisk(), new Random(1), List.of());
    private final StoreReader reader = store.openReader();
    private final Committer committer = new Committer(store, time, () -> Long.MAX_VALUE, TombstonePolicy.AFTER_AN_HOUR);

    private record Put(Write write, List<SessionChange> sessionChanges) implements Submission {
        @Override
        public int weight() {
            return 1;
        }
    }

    private static Put put(String value, long expirySeconds, boolean ifAbsent) {
        SessionChange note = new SessionChange.SaveIncoming("client", 7);
        return new Put(
                new Write(KEY, value.getBytes(US_ASCII), 1, ValueProperties.NONE, expirySeconds, ifAbsent, null),
                ifAbsent ? List.of(note) : List.of());
    }

    private List<Commit.Outcome> commit(Submission... batch) {
        return committer.commit(List.of(batch)).outcomes();
    }

    private String value() {
        return new String(requireNonNull(reader.get(KEY)).value(), US_ASCII);
    }

    @Test
    void ofTwoInOneBatchTheFirstIsMadeAndTheSecondChangesNothing() {
        List<Commit.Outcome> outcomes = commit(put("one", 0, true), put("two", 0, true), put("three", 0, false));
        assertThat(outcomes).extracting(Commit.Outcome::refusal).containsExactly(null, Commit.KEY_EXISTS, null);
        assertThat(outcomes.get(1).entry()).isNull();
        assertThat(outcomes).extracting(Commit.Outcome::sequence).containsExactly(1L, 1L, 2L);
        assertThat(value()).isEqualTo("three");
        assertThat(committer.head().counter(Scope.EVERYWHERE)).isEqualTo(2);
    }

    @Test
    void aRefusedOneTakesNothingOfItsSubmissionWithIt() {
        commit(put("one", 0, false));
        long sequence = committer.head().sequence();
        assertThat(commit(put("two", 0, true)).getFirst().refusal()).isEqualTo(Commit.KEY_EXISTS);
        assertThat(committer.head().sequence()).isEqualTo(sequence);
        assertThat(value()).isEqualTo("one");
        assertThat(reader.sessions()).isEmpty();
    }

    @Test
    void whatIsDeletedIsAbsent() {
        commit(put("one", 0, false), put("", 0, false));
        Entry entry = requireNonNull(commit(put("two", 0, true)).getFirst().entry());
        assertThat(value()).isEqualTo("two");
        assertThat(entry.seen().counter(store.replica()))
                .as("it has seen the delete")
                .isEqualTo(2);
    }

    @Test
    void whatHasExpiredIsAbsentFromThatMomentOnAndOnlyWhereTheTimeIsKnown() {
        commit(put("one", 10, false));
        time.millis += 9_999;
        assertThat(commit(put("two", 0, true)).getFirst().refusal()).isEqualTo(Commit.KEY_EXISTS);
        time.millis += 1;
        time.known = false;
        assertThat(commit(put("two", 0, true)).getFirst().refusal()).isEqualTo(Commit.KEY_EXISTS);
        time.known = true;
        assertThat(commit(put("two", 0, true)).getFirst().refusal()).isNull();
        assertThat(value()).isEqualTo("two");
    }
}
