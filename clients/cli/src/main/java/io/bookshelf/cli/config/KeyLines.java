package io.bookshelf.cli.config;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** On which line of a TOML file a setting stands; the parser does not keep it. Only messages depend on it. */
final class KeyLines {
    private static final Pattern HEADER = Pattern.compile("\\s*(\\[{1,2})\\s*([^\\]]+?)\\s*\\]{1,2}\\s*(?:#.*)?");
    private static final Pattern KEY = Pattern.compile("\\s*((?:[\\w-]+|\"[^\"]*\"|'[^']*'|\\s*\\.\\s*)+?)\\s*=.*");

    private final Map<String, Integer> lines = new HashMap<>();

    KeyLines(String text) {
        Map<String, Integer> repeated = new HashMap<>();
        String table = "";
        int number = 0;
        for (String line : text.split("\\R", -1)) {
            number++;
            Matcher header = HEADER.matcher(line);
            Matcher key = KEY.matcher(line);
            if (header.matches()) {
                table = plain(header.group(2));
                if (header.group(1).length() == 2) {
                    lines.putIfAbsent(table, number);
                    table += "[" + repeated.merge(table, 1, Integer::sum) + "]";
                }
                lines.putIfAbsent(table, number);
            } else if (key.matches()) {
                lines.putIfAbsent(join(table, plain(key.group(1))), number);
            }
        }
    }

    private static String plain(String key) {
        return key.replaceAll("[\"'\\s]", "");
    }

    static String join(String table, String name) {
        return table.isEmpty() ? name : table + "." + name;
    }

    /** The line of a setting such as {@code access.rules[2].topics}, or of the nearest table around it; 0 if neither. */
    int of(String path) {
        for (String at = path; ; at = at.substring(0, at.lastIndexOf('.'))) {
            Integer line = lines.get(at);
            if (line != null) {
                return line;
            }
            if (at.indexOf('.') < 0) {
                return 0;
            }
        }
    }
}
