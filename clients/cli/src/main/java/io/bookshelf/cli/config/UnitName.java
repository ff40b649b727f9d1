package io.bookshelf.cli.config;

import java.util.regex.Pattern;

/** Names of units: they stand in topics, in folder names and later in certificates. */
final class UnitName {
    private static final Pattern SHAPE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

    private UnitName() {}

    static boolean isValid(String name) {
        return SHAPE.matcher(name).matches();
    }

    /** The end of a sentence that begins with the setting's name. */
    static String mistake(String name) {
        return "must be 1 to 63 letters, digits, dots, dashes or underscores, the first a letter or a digit, not \""
                + name + "\"";
    }

    /** The host name as a unit's name, with what may not be in it replaced. */
    static String ofHost(String host) {
        String name = host.strip().replaceAll("[^A-Za-z0-9._-]", "-").replaceAll("^[^A-Za-z0-9]+|[^A-Za-z0-9]+$", "");
        return name.isEmpty() ? "unit" : name.substring(0, Math.min(63, name.length()));
    }
}
