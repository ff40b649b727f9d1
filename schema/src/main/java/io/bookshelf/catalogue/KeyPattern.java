package io.bookshelf.catalogue;

import io.bookshelf.schema.Key;
import io.bookshelf.schema.Scope;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Keys that are alike, as one text: levels that are fixed, levels in braces that stand for any one level, and, as the last
 * one, {@code {name...}} for one or more levels. {@code clients/{unit}/{mac}} matches {@code clients/hall/02:00:00:00:00:01}.
 *
 * <p>Where several patterns match a key, the most specific one counts: at the first level in which they differ, a fixed level
 * goes before one that varies, and that before the rest. In this order patterns are sorted.
 */
public final class KeyPattern implements Comparable<KeyPattern> {
    /** Longest pattern, in characters. */
    public static final int LONGEST = 512;

    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_]{0,62}");

    private enum Kind {
        FIXED,
        VARIES,
        REST
    }

    /** One level: its text if it is fixed, the name that stands for it if not. */
    private record Level(Kind kind, String text) {
        boolean sameShape(Level other) {
            return kind == other.kind && (kind != Kind.FIXED || text.equals(other.text));
        }
    }

    private final String text;
    private final List<Level> levels;

    private KeyPattern(String text, List<Level> levels) {
        this.text = text;
        this.levels = List.copyOf(levels);
    }

    /**
     * Reads a pattern.
     *
     * @throws IllegalArgumentException if it is none; the message is the end of a sentence that begins with its name
     */
    public static KeyPattern of(String text) {
        String problem = Key.problemWith(text);
        if (problem != null) {
            throw new IllegalArgumentException("is no pattern of keys: " + problem);
        }
        if (text.length() > LONGEST) {
            throw new IllegalArgumentException("is longer than " + LONGEST + " characters");
        }
        String[] parts = text.split("/", -1);
        List<Level> levels = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (String part : parts) {
            Level level = level(part);
            if (level.kind != Kind.FIXED && !names.add(level.text)) {
                throw new IllegalArgumentException("has {" + level.text + "} twice: give each level a name of its own");
            }
            levels.add(level);
        }
        if (levels.getFirst().kind != Kind.FIXED) {
            throw new IllegalArgumentException("must begin with a fixed level: it says how far the keys travel");
        }
        if (levels.subList(0, levels.size() - 1).stream().anyMatch(level -> level.kind == Kind.REST)) {
            throw new IllegalArgumentException("may have a level with ... only at its end");
        }
        return new KeyPattern(text, levels);
    }

    private static Level level(String part) {
        if (part.indexOf('{') < 0 && part.indexOf('}') < 0) {
            return new Level(Kind.FIXED, part);
        }
        if (part.length() > 2 && part.charAt(0) == '{' && part.charAt(part.length() - 1) == '}') {
            String inner = part.substring(1, part.length() - 1);
            boolean rest = inner.endsWith("...");
            String name = rest ? inner.substring(0, inner.length() - "...".length()) : inner;
            if (NAME.matcher(name).matches()) {
                return new Level(rest ? Kind.REST : Kind.VARIES, name);
            }
        }
        throw new IllegalArgumentException("has the level \"" + part
                + "\": what varies is a whole level in braces, such as {unit}, or {path...} at the end");
    }

    /** The pattern as it was written. */
    public String text() {
        return text;
    }

    /** How far its keys travel: said by the first level, as for any key. */
    public Scope scope() {
        return Scope.of(text);
    }

    /** True if a key with this name is one of those that are meant. */
    public boolean matches(String key) {
        int at = 0;
        for (int i = 0; i < levels.size(); i++) {
            Level level = levels.get(i);
            boolean last = i == levels.size() - 1;
            if (level.kind == Kind.REST) {
                return true;
            }
            int slash = key.indexOf('/', at);
            if (last != slash < 0) {
                return false;
            }
            int end = last ? key.length() : slash;
            if (level.kind == Kind.FIXED && !(level.text.length() == end - at && key.startsWith(level.text, at))) {
                return false;
            }
            at = end + 1;
        }
        return true;
    }

    /** True if both match the same keys: they differ at most in the names of what varies. */
    public boolean sameKeys(KeyPattern other) {
        if (levels.size() != other.levels.size()) {
            return false;
        }
        for (int i = 0; i < levels.size(); i++) {
            if (!levels.get(i).sameShape(other.levels.get(i))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int compareTo(KeyPattern other) {
        for (int i = 0; i < Math.min(levels.size(), other.levels.size()); i++) {
            Level mine = levels.get(i);
            Level others = other.levels.get(i);
            if (mine.kind != others.kind) {
                return mine.kind.compareTo(others.kind);
            }
            int order = mine.kind == Kind.FIXED ? mine.text.compareTo(others.text) : 0;
            if (order != 0) {
                return order;
            }
        }
        int order = Integer.compare(levels.size(), other.levels.size());
        return order == 0 ? text.compareTo(other.text) : order;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof KeyPattern pattern && pattern.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
