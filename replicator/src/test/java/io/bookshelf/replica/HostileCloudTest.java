package io.bookshelf.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.schema.DotClock;
import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.Scope;
import io.bookshelf.schema.Seen;
import io.bookshelf.schema.ValueProperties;
import io.bookshelf.schema.Version;
import io.bookshelf.schema.wire.Frame;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a cloud writes over its link is held to the table of who may write which key. */
final class HostileCloudTest {
    private static final long CLOUD = Incarnations.tag("sky") << 40 | 9;
    private static final long HALL = Incarnations.tag("hall") << 40 | 4;

    private final ReplicaCore core =
            ReplicaCore.start("attic", 5, Map.of(), 10, 0, false, CoreSettings.DEFAULTS, new SplittableRandom(1));

    private List<Effect> receive(boolean cloud, Entry entry, boolean repair) {
        core.step(new Input.Opened(1, "sky", cloud, false), 1_000);
        Frame hello = new Frame.Hello(1, 1, CLOUD, 0, null, true, DotClock.EMPTY, 0, false);
        core.step(new Input.Received(1, hello, 100), 1_000);
        Frame frame = repair
                ? new Frame.Repair(List.of(entry), Scope.EVERYWHERE, List.of())
                : new Frame.Entries(0, 1, List.of(entry), 0, 1);
        return core.step(new Input.Received(1, frame, 100), 1_000);
    }

    private static Entry written(String key, long author, String writer) {
        ValueProperties properties = ValueProperties.NONE.writtenBy(writer);
        return new Entry(
                Key.of(key), new byte[] {1}, false, 0, properties, new Version(1, author), 1, Seen.NOTHING, 0, 1);
    }

    @ParameterizedTest
    @CsvSource({
        "bookshelf/phones/0a, sky, spiffe://home/owner/anna, false",
        "bookshelf/phones/0a, sky, '', true",
        "bookshelf/phones/0a, hall, spiffe://home/cloud/sky, false",
        "bookshelf/crl/a/1,   sky, '', false",
        "bookshelf/later,     sky, '', false"
    })
    void isCutOffAndNothingIsKeptOrClaimed(String key, String author, String writer, boolean repair) {
        List<Effect> effects = receive(true, written(key, author.equals("sky") ? CLOUD : HALL, writer), repair);
        assertThat(effects).contains(new Effect.Close(1, "an entry that a cloud may not write: " + key));
        assertThat(effects).noneMatch(Effect.Submit.class::isInstance);
        assertThat(core.clock().counter(CLOUD, Scope.EVERYWHERE)).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "bookshelf/units/sky, sky, spiffe://home/cloud/sky",
        "bookshelf/phones/0a, hall, spiffe://home/owner/anna",
        "bookshelf/crl/a/1,   hall, ''",
        "lights/hall,         sky, ''"
    })
    void handsOnWhatOthersWroteAndWritesWhatIsItsOwn(String key, String author, String writer) {
        assertThat(receive(true, written(key, author.equals("sky") ? CLOUD : HALL, writer), false))
                .anyMatch(Effect.Submit.class::isInstance);
    }

    @Test
    void aUnitOfAFormerVersionIsNotCutOffForWhatItLetAPhoneWrite() {
        Entry entry = written("bookshelf/units/hall", HALL, "spiffe://home/phone/0a");
        assertThat(receive(false, entry, false)).anyMatch(Effect.Submit.class::isInstance);
    }
}
