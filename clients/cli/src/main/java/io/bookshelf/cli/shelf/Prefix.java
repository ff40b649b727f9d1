package io.bookshelf.cli.shelf;

import java.util.List;
import picocli.CommandLine.Parameters;

/** Which keys a command is about. */
final class Prefix {
    @Parameters(
            index = "0",
            arity = "0..1",
            defaultValue = "",
            paramLabel = "PREFIX",
            description = "Such as lights/, or a topic filter (default: everything).")
    private String prefix = "";

    boolean isEverything() {
        return prefix.isEmpty();
    }

    /** True for the unit's own topics, which are no keys. */
    boolean isOfTheUnit() {
        return prefix.startsWith("$");
    }

    /** A filter for all keys under it. */
    List<String> filters() {
        if (prefix.isEmpty() || prefix.equals("#")) {
            return List.of("#");
        }
        if (prefix.endsWith("#") || prefix.contains("+")) {
            return List.of(prefix);
        }
        return List.of(prefix.endsWith("/") ? prefix + "#" : prefix + "/#");
    }
}
