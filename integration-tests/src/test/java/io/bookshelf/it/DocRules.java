package io.bookshelf.it;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** What may differ between what a page shows and what a command prints; CONTRIBUTING.md has these rules in words. */
final class DocRules {
    private static final List<Rule> RULES = List.of(
            rule("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?(Z|[+-]\\d{4})", "<time>"),
            rule("[A-Z][a-z]{2} [ \\d]\\d \\d\\d:\\d\\d", "<date>"),
            rule("\\d{4}-\\d\\d-\\d\\d", "<day>"),
            rule("\\b[0-9a-f]{16}-[0-9a-f]{16}\\b", "<version>"),
            rule("\\b[0-9a-f]{32}\\b|\\b[0-9a-f]{16}\\b", "<id>"),
            rule(
                    "(\"(?:diskBytes|millis|message-expiry-interval|roundTripMillis|bytesSent|bytesReceived)\":)\\d+",
                    "$1<number>"),
            // A unit that has just started may not have checked all rows yet.
            rule("\"lastCheck\":null", "\"lastCheck\":\"<time>\""),
            // What the shell says of a job that was killed.
            rule("^.*: line \\d+: +\\d+ Killed .*$", ""));

    private record Rule(Pattern pattern, String replacement) {}

    private DocRules() {}

    private static Rule rule(String pattern, String replacement) {
        return new Rule(Pattern.compile(pattern), replacement);
    }

    private static String plain(String line) {
        String plain = line.stripTrailing();
        for (Rule rule : RULES) {
            plain = rule.pattern().matcher(plain).replaceAll(rule.replacement());
        }
        return plain;
    }

    /** Lines with what varies replaced, and without empty ones. */
    static List<String> plain(List<String> lines) {
        return lines.stream()
                .map(DocRules::plain)
                .filter(line -> !line.isEmpty())
                .toList();
    }

    /**
     * What was printed, as the page has it: lines for which the page has … become … . Within a line … stands for anything, and
     * alone for any number of lines.
     */
    static List<String> asShown(List<String> shown, List<String> printed) {
        List<String> result = new ArrayList<>();
        int next = 0;
        for (int i = 0; i < shown.size(); i++) {
            String line = shown.get(i);
            if (line.equals("…")) {
                result.add(line);
                String until = i + 1 < shown.size() ? shown.get(i + 1) : null;
                while (next < printed.size() && (until == null || !matches(until, printed.get(next)))) {
                    next++;
                }
            } else if (next < printed.size()) {
                result.add(matches(line, printed.get(next)) ? line : printed.get(next));
                next++;
            }
        }
        result.addAll(printed.subList(next, printed.size()));
        return result;
    }

    private static boolean matches(String shown, String printed) {
        List<String> parts = new ArrayList<>();
        for (String part : shown.split("…", -1)) {
            parts.add(Pattern.quote(part));
        }
        return Pattern.matches(String.join(".*", parts), printed);
    }
}
