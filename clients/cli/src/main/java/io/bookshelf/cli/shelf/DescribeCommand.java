package io.bookshelf.cli.shelf;

import io.bookshelf.cli.json.Json;
import io.bookshelf.client.Bookshelf;
import io.bookshelf.client.Entry;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** What keys there are, as the unit's catalogue says. */
@Command(
        name = "describe",
        description = "Show what the unit's catalogue says of the keys under a prefix.",
        footer = {"", "Example: bookshelf describe private/wifi/", "Exit code 1: the catalogue says nothing of them."},
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class DescribeCommand extends ShelfCommand {
    @Parameters(
            index = "0",
            arity = "0..1",
            defaultValue = "",
            paramLabel = "PREFIX",
            description = "The beginning of a key or of its pattern (default: everything).")
    private String prefix = "";

    @Override
    public Integer call() {
        List<Entry> documents;
        try (Bookshelf shelf = connect()) {
            documents = shelf.list(Masking.FILTER);
        }
        boolean any = false;
        for (Entry each : documents) {
            Object document = Json.parse(each.value());
            String pattern = Json.text(document, "pattern");
            if (isUnder(pattern)) {
                any = true;
                out().println(json() ? each.text() : words(document, pattern));
            }
        }
        out().flush();
        if (!any) {
            err().println("bookshelf: the catalogue says nothing of " + (prefix.isEmpty() ? "anything" : prefix));
            err().flush();
        }
        return any ? 0 : NO;
    }

    /** Level by level, where a level in braces stands for any. */
    private boolean isUnder(String pattern) {
        String[] wanted = prefix.split("/", -1);
        String[] levels = pattern.split("/", -1);
        for (int i = 0; i < wanted.length && !prefix.isEmpty(); i++) {
            boolean last = i == wanted.length - 1;
            if (i >= levels.length) {
                return last && wanted[i].isEmpty() || levels[levels.length - 1].endsWith("...}");
            }
            boolean any = levels[i].startsWith("{");
            if (!any && !(last ? levels[i].startsWith(wanted[i]) : levels[i].equals(wanted[i]))) {
                return false;
            }
        }
        return true;
    }

    private String words(Object document, String pattern) {
        String example = Json.text(document, "example");
        return screen.bold(pattern) + "\n    " + Json.text(document, "says") + "\n    "
                + screen.faint(Json.text(document, "type") + ", written by " + Json.text(document, "owner")
                        + ", travels to: " + Json.text(document, "scope") + ", " + Json.text(document, "sensitivity")
                        + (example.isEmpty() ? "" : ", such as " + Texts.oneLine(example)));
    }
}
