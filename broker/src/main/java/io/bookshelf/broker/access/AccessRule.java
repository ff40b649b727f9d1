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
 * @param clientIds under which client ids those whom it is for may connect: names, or beginnings that end with {@code *};
 *     {@code %u} in them stands for the user name. Empty for any
 */
public record AccessRule(
        @Nullable String user,
        @Nullable String client,
        boolean read,
        boolean write,
        List<String> topics,
        List<String> clientIds) {
    /** @throws IllegalArgumentException if the user name is empty or a topic is no MQTT filter; the message names it */
    public AccessRule {
        topics = List.copyOf(topics);
        clientIds = List.copyOf(clientIds);
        for (String pattern : clientIds) {
            String problem = problemWithClientId(pattern);
            if (problem != null) {
                throw new IllegalArgumentException("\"" + pattern + "\" " + problem);
            }
        }
        if (user != null && user.isEmpty()) {
            throw new IllegalArgumentException("a rule's user name may not be empty; leave it out for everybody");
        }
        for (String topic : topics) {
            TopicPattern.of(topic);
        }
    }

    /** A rule that leaves client ids open. */
    public AccessRule(
            @Nullable String user, @Nullable String client, boolean read, boolean write, List<String> topics) {
        this(user, client, read, write, topics, List.of());
    }

    /** Why something cannot be one of {@link #clientIds}, to follow it in a sentence; null if it can. */
    public static @Nullable String problemWithClientId(String pattern) {
        if (pattern.isEmpty()) return "is empty; leave it out";
        int star = pattern.indexOf('*');
        return star < 0 || star == pattern.length() - 1 ? null : "has a * that is not at its end";
    }

    /** True if it holds for this user name and client id. */
    boolean isFor(AccessPolicy.Principal principal) {
        return isForUser(principal.user())
                && (client == null || client.equals(principal.clientId()))
                && (clientIds.isEmpty() || listsClientId(principal));
    }

    /** True if it says that this user may have this client id. */
    boolean listsClientId(AccessPolicy.Principal principal) {
        for (String pattern : clientIds) {
            boolean open = pattern.endsWith("*");
            String text = open ? pattern.substring(0, pattern.length() - 1) : pattern;
            boolean forNobody = principal.user().isEmpty() && text.contains("%u");
            String name = text.replace("%u", principal.user());
            String id = principal.clientId();
            if (!forNobody && (open ? id.startsWith(name) : id.equals(name))) {
                return true;
            }
        }
        return false;
    }

    /** True if it speaks of who somebody proved to be. */
    boolean speaksOfUsers() {
        return user != null || clientIds.stream().anyMatch(pattern -> pattern.contains("%u"));
    }

    /** True if it holds for this user name, with some client id. */
    boolean isForUser(String name) {
        return user == null || user.equals(name);
    }
}
