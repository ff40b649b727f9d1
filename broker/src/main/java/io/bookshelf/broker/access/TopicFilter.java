package io.bookshelf.broker.access;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** An MQTT topic filter, held against topics and other filters (MQTT 5, 4.7). Immutable. */
final class TopicFilter {
    private final List<String> levels;

    /** @param levels the levels of a filter that has no problem */
    TopicFilter(List<String> levels) {
        this.levels = List.copyOf(levels);
    }

    static List<String> levels(String filter) {
        return List.of(filter.split("/", -1));
    }

    /** What is wrong with a filter, as the end of a sentence; null for nothing. */
    static @Nullable String problemWith(String filter, List<String> levels) {
        if (filter.isEmpty()) {
            return "is no topic filter: it is empty";
        }
        if (filter.indexOf(0) >= 0) {
            return "is no topic filter: it holds a NUL";
        }
        for (int i = 0; i < levels.size(); i++) {
            String level = levels.get(i);
            boolean wildcard = level.indexOf('+') >= 0 || level.indexOf('#') >= 0;
            if (wildcard && level.length() > 1) {
                return "is no topic filter: + and # stand for whole levels";
            }
            if (level.equals("#") && i < levels.size() - 1) {
                return "is no topic filter: # may only stand at its end";
            }
        }
        return null;
    }

    /** True if messages on the topic are for this filter. */
    boolean matches(String topic) {
        if (topic.startsWith("$") && startsWithWildcard()) {
            return false;
        }
        int start = 0;
        for (String level : levels) {
            if (level.equals("#")) {
                return true;
            }
            if (start > topic.length()) {
                return false;
            }
            int slash = topic.indexOf('/', start);
            int end = slash < 0 ? topic.length() : slash;
            boolean same = level.length() == end - start && topic.startsWith(level, start);
            if (!same && !level.equals("+")) {
                return false;
            }
            start = end + 1;
        }
        return start > topic.length();
    }

    /** True if there is a topic that both filters match. */
    boolean overlaps(TopicFilter other) {
        if ((startsWithWildcard() && other.isSystem()) || (other.startsWithWildcard() && isSystem())) {
            return false;
        }
        int common = Math.min(levels.size(), other.levels.size());
        for (int i = 0; i < common; i++) {
            String mine = levels.get(i);
            String theirs = other.levels.get(i);
            if (mine.equals("#") || theirs.equals("#")) {
                return true;
            }
            if (!mine.equals(theirs) && !mine.equals("+") && !theirs.equals("+")) {
                return false;
            }
        }
        // "a/#" matches "a" too.
        return levels.size() == other.levels.size() || endsAfter(common) || other.endsAfter(common);
    }

    private boolean endsAfter(int common) {
        return levels.size() == common + 1 && levels.getLast().equals("#");
    }

    private boolean startsWithWildcard() {
        return levels.getFirst().equals("+") || levels.getFirst().equals("#");
    }

    private boolean isSystem() {
        return levels.getFirst().startsWith("$");
    }
}
