package io.bookshelf.broker.access;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One right: whom it is for, and the topics that they may read or write. What no rule allows is refused.
 *
 * @param user the user name that it is for, or null for any, anonymous clients too
 * @param client the client id that it is for, or null for any
 * @param read whether it allows to subscribe
 * @param write whether it allows to publish
 * @param topics topic filters, in which {@code %u} stands for the user name and {@code %c} for the client id
 */
public record AccessRule(
        @Nullable String user, @Nullable String client, boolean read, boolean write, List<String> topics) {

    public AccessRule {
        topics = List.copyOf(topics);
    }
}
