package io.bookshelf.cli.shelf;

import io.bookshelf.client.Entry;
import java.time.Instant;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists keys and values. */
@Command(
        name = "list",
        description = "List the keys under a prefix with their values, in key order; in a pipe KEY, tab, value.",
        footer = {
            "",
            "Examples: bookshelf list lights/",
            "          bookshelf list 'clients/+/aa:bb:cc:00:11:22' --json",
            "Secret values are masked; --reveal shows them."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class ListCommand extends ShelfCommand {
    private static final int KEY_WIDTH = 36;
    private static final int VALUE_WIDTH = 48;

    @Mixin
    private final Prefix prefix = new Prefix();

    @Option(names = "--reveal", description = "Show secret values.")
    private boolean reveal;

    @Option(names = "--keys", description = "Only the keys.")
    private boolean keysOnly;

    @Override
    public Integer call() {
        Instant now = Instant.now();
        read(prefix, reveal, (entry, masking) -> print(entry, masking, now));
        return 0;
    }

    private void print(Entry entry, Masking masking, Instant now) {
        if (keysOnly && !json()) {
            out().println(Texts.oneLine(entry.key()));
        } else if (json()) {
            out().println(EntryJson.line(entry, masking.hides(entry.key())));
        } else if (screen.isTerminal()) {
            out().printf(
                            "%-" + KEY_WIDTH + "s  %s  %s%n",
                            Texts.oneLine(entry.key()),
                            String.format("%-" + VALUE_WIDTH + "s", Texts.cut(masking.shown(entry), VALUE_WIDTH)),
                            screen.faint(age(entry, now)
                                    + entry.unit().map(unit -> ", " + unit).orElse("")));
        } else {
            out().println(Texts.oneLine(entry.key()) + "\t" + masking.shown(entry));
        }
        if (out().checkError()) {
            throw new OutputClosed();
        }
    }
}
