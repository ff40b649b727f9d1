package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookshelf.client.Bookshelf;
import io.bookshelf.client.Entry;
import io.bookshelf.client.PutOptions;
import io.bookshelf.schema.Version;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Writes of the Java library whose acknowledgement is lost on its way. */
final class LibraryRepeatIT {
    @RegisterExtension
    private final Units units = Units.perTest();

    private UnitProcess unit;
    private Relay cable;
    private Bookshelf near;
    private Bookshelf far;

    @BeforeEach
    void connect() {
        unit = units.start();
        cable = units.closing(new Relay(unit.mqtt(), Duration.ZERO));
        near = units.closing(Bookshelf.connect("mqtt://127.0.0.1:" + unit.mqtt().getPort()));
        far = units.closing(Bookshelf.at("mqtt://127.0.0.1:" + cable.address().getPort())
                .timeout(RawMqtt.PATIENCE)
                .connect());
    }

    private Optional<String> value(String key) {
        return near.get(key).map(Entry::text);
    }

    @Test
    void aWriteWhoseAcknowledgementIsLostIsNotWrittenOverWhatSomebodyWroteSince() {
        Version before = near.put("k", "before").orElseThrow();
        near.put("deleted", "before");
        cable.holdAnswers();
        CompletableFuture<Optional<Version>> put =
                far.putVersionAsync("k", "far".getBytes(StandardCharsets.UTF_8), PutOptions.DEFAULT);
        CompletableFuture<Void> delete = far.deleteAsync("deleted");
        await("both are written")
                .until(() -> value("k").equals(Optional.of("far"))
                        && value("deleted").isEmpty());
        Version written = near.get("k").flatMap(Entry::version).orElseThrow();
        Version newer = near.put("k", "newer").orElseThrow();
        near.put("deleted", "newer");
        assertThat(put).as("its acknowledgement is under way").isNotDone();
        cable.cut();
        cable.heal();
        assertThat(put.join()).as("the version of the first time").contains(written);
        delete.join();
        assertThat(value("k")).contains("newer");
        assertThat(value("deleted")).contains("newer");
        assertThat(near.get("k").flatMap(Entry::version)).contains(newer);
        assertThat(before).isLessThan(written);
        assertThat(written).isLessThan(newer);
    }

    @Test
    void aWriteThatWasLostOnItsWayThereIsMadeWhenItIsRepeatedThoughTheUnitWasKilled() {
        near.put("k", "before");
        cable.holdAnswers();
        CompletableFuture<Void> put = far.putAsync("k", "far".getBytes(StandardCharsets.UTF_8), PutOptions.DEFAULT);
        await("it is written").until(() -> value("k").equals(Optional.of("far")));
        near.put("k", "newer");
        unit.kill9();
        cable.cut();
        CompletableFuture<Void> late = far.putAsync("late", "far".getBytes(StandardCharsets.UTF_8), PutOptions.DEFAULT);
        unit.start();
        cable.heal();
        put.join();
        late.join();
        await().until(near::isConnected);
        assertThat(value("k")).contains("newer");
        assertThat(value("late")).contains("far");
        assertThat(near.get("late").orElseThrow().properties().user()).isEmpty();
    }
}
