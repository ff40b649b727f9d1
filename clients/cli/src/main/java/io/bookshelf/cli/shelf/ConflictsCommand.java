package io.bookshelf.cli.shelf;

import io.bookshelf.client.Bookshelf;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What was overwritten by concurrent writes. */
@Command(
        name = "conflicts",
        description = "Show the last writes that lost to a concurrent one, newest first, as this unit saw them.",
        footer = {"", "Example: bookshelf conflicts", "To put a value back, write it again: bookshelf put KEY VALUE"},
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class ConflictsCommand extends ShelfCommand {
    @Option(names = "--reveal", description = "Show secret values.")
    private boolean reveal;

    @Override
    public Integer call() {
        List<Conflict> conflicts;
        Masking masking;
        try (Bookshelf shelf = connect()) {
            conflicts = Conflict.of(shelf);
            masking = masking(shelf, reveal);
        }
        for (Conflict each : conflicts) {
            out().println(json() ? json(each, masking) : words(each, masking));
        }
        if (conflicts.isEmpty() && !json()) {
            out().println("none: no concurrent write has been lost since this unit started to count");
        }
        out().flush();
        return 0;
    }

    private String words(Conflict each, Masking masking) {
        return each.found() + "  " + screen.bold(Texts.oneLine(each.key())) + "  " + each.value(masking) + " of "
                + each.lost("unit") + " lost to a write of " + each.won("unit");
    }

    static String json(Conflict each, Masking masking) {
        return EntryJson.object(json -> {
            json.writeStringField("event", "lost");
            json.writeStringField("key", each.key());
            json.writeStringField("found", each.found());
            json.writeStringField("value", each.value(masking));
            json.writeStringField("unit", each.lost("unit"));
            json.writeStringField("time", each.lost("time"));
            json.writeStringField("version", each.lost("version"));
            json.writeStringField("wonUnit", each.won("unit"));
            json.writeStringField("wonVersion", each.won("version"));
        });
    }
}
