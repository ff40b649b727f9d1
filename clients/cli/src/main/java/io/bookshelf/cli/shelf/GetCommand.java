package io.bookshelf.cli.shelf;

import io.bookshelf.client.Bookshelf;
import io.bookshelf.client.Entry;
import java.io.IOException;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Prints the value of a key. */
@Command(
        name = "get",
        description = "Print the value of a key, byte for byte; on a terminal with a line break behind it.",
        footer = {"", "Example: bookshelf get lights/hall", "Exit code 1: the unit has no value of it."},
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class GetCommand extends ShelfCommand {
    @Parameters(
            index = "0",
            paramLabel = "KEY",
            description = "The key, or one of the unit's own topics ($bookshelf/…).")
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private String key;

    @Override
    public Integer call() throws IOException {
        Optional<Entry> found;
        try (Bookshelf shelf = connect()) {
            found = shelf.get(key);
        } catch (IllegalArgumentException e) {
            throw mistake(String.valueOf(e.getMessage()));
        }
        if (found.isEmpty()) {
            err().println("bookshelf: there is no value under " + key);
            err().flush();
            return NO;
        }
        if (json()) {
            out().println(EntryJson.line(found.get(), false));
            out().flush();
        } else {
            System.out.write(found.get().value());
            if (screen.isTerminal()) {
                System.out.write('\n');
            }
            System.out.flush();
        }
        return 0;
    }
}
