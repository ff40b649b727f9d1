package io.bookshelf.node;

import io.bookshelf.broker.access.AccessRule;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who may come in and what they may do there.
 *
 * @param passwordFile lines of {@code user:bcrypt}, or null if nobody has to prove a name
 * @param anonymous whether clients without a user name are let in
 * @param rules what is allowed; an empty list allows everything to everybody who is let in
 */
public record AccessSettings(@Nullable Path passwordFile, boolean anonymous, List<AccessRule> rules) {
    /** Everybody may do everything. */
    public static final AccessSettings OPEN = new AccessSettings(null, true, List.of());

    public AccessSettings {
        rules = List.copyOf(rules);
    }
}
