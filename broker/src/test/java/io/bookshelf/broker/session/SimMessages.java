package io.bookshelf.broker.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.bus.Commit;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What has been published, by names that travel along as content types. */
final class SimMessages {
    /** One message, from the moment it was handed to the unit. */
    static final class Sent {
        final String name;
        final Message message;
        final @Nullable String publisher;

        /** When, by the clock that nobody sets. */
        final long at;

        /** How often it came to be: once, or never if it was refused or a crash swallowed it. */
        int commits;

        /** Once at least: what comes of trying again is out of line. */
        boolean refused;

        Sent(String name, Message message, @Nullable String publisher, long at) {
            this.name = name;
            this.message = message;
            this.publisher = publisher;
            this.at = at;
        }

        /** It may have expired at some time. */
        boolean perishable(SimClock clock) {
            return message.expiresAt() > 0 && message.expiresAt() <= clock.latest();
        }
    }

    private final Map<String, Sent> byName = new HashMap<>();
    private final SimClock clock;

    SimMessages(SimClock clock) {
        this.clock = clock;
    }

    Sent submitted(Publication publication) {
        String name = name(publication.message);
        Session publisher = publication.publisher;
        Sent sent =
                new Sent(name, publication.message, publisher == null ? null : publisher.clientId(), clock.elapsed());
        Sent before = byName.put(name, sent);
        if (before != null) {
            sent.commits = before.commits;
            sent.refused = before.refused;
        }
        return sent;
    }

    void decided(Commit.Outcome outcome) {
        if (outcome.submission() instanceof Publication publication) {
            Sent sent = get(name(publication.message));
            if (outcome.refusal() == null) {
                sent.commits++;
                assertThat(sent.commits).as("%s: times published", sent.name).isEqualTo(1);
            } else {
                sent.refused = true;
            }
        }
    }

    boolean committed(String name) {
        Sent sent = byName.get(name);
        return sent != null && sent.commits > 0;
    }

    Sent get(String name) {
        Sent sent = byName.get(name);
        if (sent == null) {
            throw new AssertionError("nobody published " + name);
        }
        return sent;
    }

    static String name(Message message) {
        return String.valueOf(message.properties().contentType());
    }
}
