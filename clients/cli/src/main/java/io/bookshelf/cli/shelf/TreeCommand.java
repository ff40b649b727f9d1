package io.bookshelf.cli.shelf;

import io.bookshelf.client.Entry;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows keys as a tree. */
@Command(
        name = "tree",
        description = "Show the keys under a prefix as a tree, a level a line, with their values.",
        footer = {"", "Example: bookshelf tree lights/", "Secret values are masked; --reveal shows them."},
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class TreeCommand extends ShelfCommand {
    private static final int VALUE_WIDTH = 60;

    @Mixin
    private final Prefix prefix = new Prefix();

    @Option(names = "--reveal", description = "Show secret values.")
    private boolean reveal;

    private List<String> above = List.of();

    @Override
    public Integer call() {
        read(prefix, reveal, this::print);
        return 0;
    }

    private void print(Entry entry, Masking masking) {
        if (json()) {
            out().println(EntryJson.line(entry, masking.hides(entry.key())));
            return;
        }
        List<String> levels = List.of(entry.key().split("/", -1));
        int same = 0;
        while (same < levels.size() - 1
                && same < above.size()
                && levels.get(same).equals(above.get(same))) {
            same++;
        }
        for (int i = same; i < levels.size() - 1; i++) {
            out().println("  ".repeat(i) + screen.bold(Texts.oneLine(levels.get(i)) + "/"));
        }
        out().println("  ".repeat(levels.size() - 1) + Texts.oneLine(levels.getLast()) + "  "
                + screen.faint(Texts.cut(masking.shown(entry), VALUE_WIDTH)));
        above = levels.subList(0, levels.size() - 1);
        if (out().checkError()) {
            throw new OutputClosed();
        }
    }
}
