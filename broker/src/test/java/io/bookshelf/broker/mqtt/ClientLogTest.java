package io.bookshelf.broker.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.broker.access.AccessPolicy.Principal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Who has proved nothing cannot fill the log, nor push out what it says of others. */
final class ClientLogTest {
    private final List<String> lines = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private final ClientLog log = new ClientLog(() -> 0, lines::add, warnings::add);

    private void say(@Nullable Principal who) {
        for (int i = 0; i < 100; i++) {
            log.say(who, (who == null ? "connection " : who.clientId()) + i);
        }
    }

    @Test
    void ofStrangersAndTheAnonymousItSaysTenLinesAtOnce() {
        say(null);
        assertThat(lines).hasSize(10);
        say(new Principal("thing", ""));
        assertThat(lines).hasSize(10);
    }

    @Test
    void ofThoseWhoProvedWhoTheyAreItSaysEverything() {
        say(null);
        lines.clear();
        say(new Principal("annas", "anna"));
        assertThat(lines).hasSize(100).contains("annas99");
    }

    @Test
    void ofItsOwnFaultsItSaysTenLinesAtOnce() {
        for (int i = 0; i < 100; i++) {
            log.failed("connection " + i + ": closed");
        }
        assertThat(warnings).hasSize(10);
        assertThat(lines).isEmpty();
    }
}
