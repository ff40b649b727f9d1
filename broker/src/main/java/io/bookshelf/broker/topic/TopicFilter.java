package io.bookshelf.broker.topic;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A topic filter as a client subscribes with it, its shared-subscription group taken apart (MQTT 5, sections 4.7 and 4.8).
 *
 * @param text the whole filter as sent
 * @param group the group of {@code $share/group/filter}, null for an ordinary subscription
 * @param filter the filter that topics are matched against
 */
public record TopicFilter(String text, @Nullable String group, String filter) {
    /** Most levels of a filter, and of a topic that clients write. */
    public static final int MOST_LEVELS = 128;

    private static final String SHARE = "$share/";

    /**
     * Parses a filter.
     *
     * @throws IllegalArgumentException with a sentence if it is not well-formed
     */
    public static TopicFilter parse(String text) {
        if (!text.startsWith("$share")) {
            return new TopicFilter(text, null, validated(text));
        }
        int end = text.startsWith(SHARE) ? text.indexOf('/', SHARE.length()) : -1;
        if (end <= SHARE.length()) {
            throw new IllegalArgumentException("a shared subscription is written $share/<group>/<filter>");
        }
        String group = text.substring(SHARE.length(), end);
        if (group.indexOf('+') >= 0 || group.indexOf('#') >= 0) {
            throw new IllegalArgumentException("the group of a shared subscription may not contain + or #");
        }
        return new TopicFilter(text, group, validated(text.substring(end + 1)));
    }

    private static String validated(String filter) {
        if (filter.isEmpty()) {
            throw new IllegalArgumentException("a topic filter may not be empty");
        }
        if (levelsOf(filter) > MOST_LEVELS) throw new IllegalArgumentException(tooManyLevels("a topic filter"));
        for (int i = 0; i < filter.length(); i++) {
            char c = filter.charAt(i);
            boolean startsLevel = i == 0 || filter.charAt(i - 1) == '/';
            boolean endsLevel = i + 1 == filter.length() || filter.charAt(i + 1) == '/';
            if (c == '+' && !(startsLevel && endsLevel)) {
                throw new IllegalArgumentException("+ may only stand for a whole level of a topic filter");
            }
            if (c == '#' && !(startsLevel && i + 1 == filter.length())) {
                throw new IllegalArgumentException("# may only stand at the end of a topic filter, as a whole level");
            }
            if (c == 0) {
                throw new IllegalArgumentException("a topic filter may not contain NUL");
            }
        }
        return filter;
    }

    /** How many levels a filter or a topic has. */
    public static int levelsOf(String text) {
        int levels = 1;
        for (int slash = text.indexOf('/'); slash >= 0; slash = text.indexOf('/', slash + 1)) {
            levels++;
        }
        return levels;
    }

    /** Says that something has more than {@link #MOST_LEVELS}. */
    public static String tooManyLevels(String what) {
        return what + " has at most " + MOST_LEVELS + " levels";
    }

    /** True for a filter without wildcards: it matches the one topic that it spells. */
    public boolean exact() {
        return filter.indexOf('+') < 0 && filter.indexOf('#') < 0;
    }

    /** What every topic that matches starts with: the filter up to its first wildcard, a '/' before '#' left out. */
    public String literalPrefix() {
        int plus = filter.indexOf('+');
        int hash = filter.indexOf('#');
        int end = plus < 0 ? hash : hash < 0 ? plus : Math.min(plus, hash);
        if (end < 0) {
            return filter;
        }
        if (end == hash && end > 0) {
            end--;
        }
        return filter.substring(0, end);
    }

    /** Does the topic match? A wildcard at the start matches no topic that starts with {@code $}. */
    public boolean matches(String topic) {
        return matches(filter, topic);
    }

    /** Does the topic match the filter, without regard to groups? */
    public static boolean matches(String filter, String topic) {
        if (topic.startsWith("$") && !filter.isEmpty() && (filter.charAt(0) == '+' || filter.charAt(0) == '#')) {
            return false;
        }
        int f = 0;
        int t = 0;
        while (true) {
            if (f < filter.length() && filter.charAt(f) == '#') {
                return true;
            }
            int topicEnd = end(topic, t);
            int filterEnd = end(filter, f);
            boolean level = filterEnd - f == 1 && filter.charAt(f) == '+'
                    || filterEnd - f == topicEnd - t && filter.regionMatches(f, topic, t, topicEnd - t);
            if (!level) {
                return false;
            }
            boolean topicDone = topicEnd == topic.length();
            boolean filterDone = filterEnd == filter.length();
            if (topicDone) {
                // "a/#" matches "a" as well.
                return filterDone || filter.length() == filterEnd + 2 && filter.charAt(filterEnd + 1) == '#';
            }
            if (filterDone) {
                return false;
            }
            f = filterEnd + 1;
            t = topicEnd + 1;
        }
    }

    /** True if there is a topic that both filters match. */
    public boolean overlaps(TopicFilter other) {
        List<String> mine = levels(filter);
        List<String> theirs = levels(other.filter);
        if (isWildcard(mine.getFirst()) && theirs.getFirst().startsWith("$")
                || isWildcard(theirs.getFirst()) && mine.getFirst().startsWith("$")) {
            return false;
        }
        int common = Math.min(mine.size(), theirs.size());
        for (int i = 0; i < common; i++) {
            String one = mine.get(i);
            String two = theirs.get(i);
            if (one.equals("#") || two.equals("#")) {
                return true;
            }
            if (!one.equals(two) && !one.equals("+") && !two.equals("+")) {
                return false;
            }
        }
        return mine.size() == theirs.size() || endsIn(mine, common) || endsIn(theirs, common);
    }

    /** "a/#" matches "a" too. */
    private static boolean endsIn(List<String> levels, int common) {
        return levels.size() == common + 1 && levels.getLast().equals("#");
    }

    private static boolean isWildcard(String level) {
        return level.equals("+") || level.equals("#");
    }

    private static List<String> levels(String filter) {
        return List.of(filter.split("/", -1));
    }

    private static int end(String text, int from) {
        int slash = text.indexOf('/', from);
        return slash < 0 ? text.length() : slash;
    }
}
