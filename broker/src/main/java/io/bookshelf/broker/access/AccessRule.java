package io.bookshelf.broker.access;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lets some clients read or write some topics. A rule without user and client is for everybody.
 *
 * @param user the user name it is for, null for any
 * @param client the MQTT client id it is for, null for any; clients choose their ids themselves, so this keeps clients
 *     apart but nobody out
 * @param read lets them be sent messages
 * @param write lets them publish
 * @param topics MQTT filters; {@code %u} and {@code %c} in them stand for the connection's user name and client id. A
 *     name that holds {@code /}, {@code +} or {@code #}, is empty, or would turn the filter into one for {@code $} topics
 *     gets nothing from such a filter
 */
public record AccessRule(
        @Nullable String user, @Nullable String client, boolean read, boolean write, List<String> topics) {
    /** @throws IllegalArgumentException if the user name is empty or a topic is no MQTT filter; the message names it */
    public AccessRule {
        topics = List.copyOf(topics);
        if (user != null && user.isEmpty()) {
            throw new IllegalArgumentException("a rule's user name may not be empty; leave it out for everybody");
        }
        for (String topic : topics) {
            TopicPattern.of(topic);
        }
    }

    /** True if it holds for this user name and client id. */
    boolean isFor(AccessPolicy.Principal principal) {
        return isForUser(principal.user()) && (client == null || client.equals(principal.clientId()));
    }

    /** True if it holds for this user name, with some client id. */
    boolean isForUser(String name) {
        return user == null || user.equals(name);
    }
}
