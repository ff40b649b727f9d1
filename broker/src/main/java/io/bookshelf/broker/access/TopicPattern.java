package io.bookshelf.broker.access;

import io.bookshelf.broker.topic.TopicFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A rule's filter, in which {@code %u} and {@code %c} stand for names. Immutable. */
final class TopicPattern {
    private static final Pattern NAMES = Pattern.compile("%[uc]");

    private final List<String> levels;
    private final @Nullable TopicFilter plain;

    private TopicPattern(List<String> levels) {
        this.levels = levels;
        boolean named = levels.stream().anyMatch(level -> NAMES.matcher(level).find());
        this.plain = named ? null : TopicFilter.parse(String.join("/", levels));
    }

    /** @throws IllegalArgumentException if the text is no MQTT filter, as a sentence */
    static TopicPattern of(String filter) {
        TopicFilter parsed;
        try {
            parsed = TopicFilter.parse(filter);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("\"" + filter + "\" is no topic filter: " + e.getMessage(), e);
        }
        if (parsed.group() != null) {
            throw new IllegalArgumentException(
                    "\"" + filter + "\" is no topic filter for a rule: leave $share/<group>/ out");
        }
        List<String> levels = List.of(filter.split("/", -1));
        return new TopicPattern(levels);
    }

    boolean namesUser() {
        return levels.stream().anyMatch(level -> level.contains("%u"));
    }

    /**
     * The filter for these names; null if there is none.
     *
     * @param client the client id, or null if it is not known: its levels then match anything
     */
    @Nullable
    TopicFilter filterFor(String user, @Nullable String client) {
        if (plain != null) {
            return plain;
        }
        List<String> filled = new ArrayList<>(levels.size());
        for (String level : levels) {
            String text = client == null && level.contains("%c") ? "+" : fill(level, user, client);
            if (text == null) {
                return null;
            }
            filled.add(text);
        }
        boolean becameSystem =
                filled.getFirst().startsWith("$") && !levels.getFirst().startsWith("$");
        return becameSystem ? null : TopicFilter.parse(String.join("/", filled));
    }

    /** Both names in one pass, so that a user called %c stays what it is. */
    private static @Nullable String fill(String level, String user, @Nullable String client) {
        Matcher matcher = NAMES.matcher(level);
        StringBuilder filled = new StringBuilder();
        while (matcher.find()) {
            String name = matcher.group().equals("%u") ? user : client;
            if (name == null || !isOneLevel(name)) {
                return null;
            }
            matcher.appendReplacement(filled, Matcher.quoteReplacement(name));
        }
        return matcher.appendTail(filled).toString();
    }

    private static boolean isOneLevel(String name) {
        return !name.isEmpty() && name.chars().noneMatch(c -> c == '/' || c == '+' || c == '#' || c == 0);
    }
}
