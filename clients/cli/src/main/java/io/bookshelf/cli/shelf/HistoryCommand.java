package io.bookshelf.cli.shelf;

import io.bookshelf.client.Bookshelf;
import io.bookshelf.client.Entry;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What is known of a key's past. */
@Command(
        name = "history",
        description = "Show what is known of a key: its value, and the values that lost to a concurrent write. What was"
                + " overwritten by a successor is not kept.",
        footer = {"", "Example: bookshelf history lights/hall", "Exit code 1: nothing is known of it."},
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class HistoryCommand extends ShelfCommand {
    @Parameters(index = "0", paramLabel = "KEY", description = "The key.")
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private String key;

    @Option(names = "--reveal", description = "Show secret values.")
    private boolean reveal;

    @Override
    public Integer call() {
        Optional<Entry> current;
        List<Conflict> lost;
        Masking masking;
        try (Bookshelf shelf = connect()) {
            current = shelf.get(key);
            lost = Conflict.of(shelf).stream()
                    .filter(each -> each.key().equals(key))
                    .sorted(Comparator.comparing((Conflict each) -> each.lost("version")))
                    .toList();
            masking = masking(shelf, reveal);
        } catch (IllegalArgumentException e) {
            throw mistake(String.valueOf(e.getMessage()));
        }
        for (Conflict each : lost) {
            out().println(
                            json()
                                    ? ConflictsCommand.json(each, masking)
                                    : line(each.lost("time"), each.lost("unit"), each.value(masking)) + "  "
                                            + screen.faint("lost to a write of " + each.won("unit")));
        }
        current.ifPresent(entry -> out().println(
                        json()
                                ? EntryJson.line(entry, masking.hides(key))
                                : line(
                                        entry.time().map(Object::toString).orElse(""),
                                        entry.unit().orElse(""),
                                        masking.shown(entry))));
        out().flush();
        if (current.isEmpty()) {
            err().println("bookshelf: there is no value under " + key + " now");
            err().flush();
        }
        return current.isEmpty() && lost.isEmpty() ? NO : 0;
    }

    private static String line(String time, String unit, String value) {
        return String.format("%-24s  %-12s  %s", time, unit, value);
    }
}
