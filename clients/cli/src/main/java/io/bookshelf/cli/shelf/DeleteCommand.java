package io.bookshelf.cli.shelf;

import io.bookshelf.client.Bookshelf;
import io.bookshelf.client.Entry;
import io.bookshelf.client.Snapshot;
import java.io.Console;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Deletes a key, or all keys under a prefix. */
@Command(
        name = "delete",
        description = "Delete a key, or all keys under a prefix.",
        footer = {
            "",
            "Examples: bookshelf delete lights/hall",
            "          bookshelf delete --prefix lights/",
            "Exit code 1: there was nothing to delete, or it was not confirmed."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class DeleteCommand extends ShelfCommand {
    private static final int WINDOW = 256;

    @Parameters(index = "0", arity = "0..1", paramLabel = "KEY", description = "The key.")
    private @Nullable String key;

    @Option(
            names = "--prefix",
            paramLabel = "PREFIX",
            description = "All keys under it: lights/ for lights/hall and so on.")
    private @Nullable String prefix;

    @Option(names = "--yes", description = "Do not ask.")
    private boolean yes;

    @Override
    public Integer call() {
        if (key == null == (prefix == null)) {
            throw mistake("say what to delete: a KEY, or --prefix PREFIX");
        }
        try {
            return prefix == null ? deleteOne(String.valueOf(key)) : deleteAll(prefix);
        } catch (IllegalArgumentException e) {
            throw mistake(String.valueOf(e.getMessage()));
        }
    }

    private int deleteOne(String one) {
        try (Bookshelf shelf = connect()) {
            boolean was = shelf.get(one).isPresent();
            shelf.delete(one);
            return report(was ? 1 : 0, "there was no value under " + one);
        }
    }

    private int deleteAll(String under) {
        if (under.isEmpty() || under.contains("+") || under.contains("#")) {
            throw mistake("a prefix is the beginning of keys, such as lights/; to delete everything, stop the unit and"
                    + " remove its data folder");
        }
        String levels = under.endsWith("/") ? under : under + "/";
        List<String> keys = new ArrayList<>();
        Snapshot.read(options(), List.of(levels + "#"), entry -> add(keys, entry, levels));
        if (keys.isEmpty()) {
            return report(0, "there are no keys under " + levels);
        }
        if (!yes && !confirmed(keys.size(), levels)) {
            err().println("bookshelf: nothing was deleted");
            err().flush();
            return NO;
        }
        try (Bookshelf shelf = connect()) {
            Progress progress = new Progress(err(), "deleted", keys.size());
            ArrayDeque<CompletableFuture<Void>> running = new ArrayDeque<>();
            for (String each : keys) {
                if (running.size() == WINDOW) {
                    Waiting.join(running.removeFirst());
                }
                running.add(shelf.deleteAsync(each));
                progress.step();
            }
            running.forEach(Waiting::join);
            progress.end();
        }
        return report(keys.size(), "");
    }

    private static void add(List<String> keys, Entry entry, String prefix) {
        if (entry.key().startsWith(prefix)) {
            keys.add(entry.key());
        }
    }

    @SuppressWarnings("SystemConsoleNull") // it is null without a terminal where jdk.console says java.base
    private boolean confirmed(int count, String under) {
        Console console = System.console();
        if (console == null || !console.isTerminal()) {
            throw mistake(
                    "there are " + count + " keys under " + under + ": say --yes to delete them without being asked");
        }
        String answer = console.readLine("Delete %d keys under %s? [y/N] ", count, Texts.oneLine(under));
        return answer != null && answer.strip().equalsIgnoreCase("y");
    }

    private int report(int count, String nothing) {
        if (json()) {
            out().println(EntryJson.object(fields -> fields.writeNumberField("deleted", count)));
        } else if (count == 0) {
            err().println("bookshelf: " + nothing);
        } else if (count > 1 || screen.isTerminal()) {
            out().println("deleted " + count + (count == 1 ? " key" : " keys"));
        }
        out().flush();
        err().flush();
        return count == 0 ? NO : 0;
    }
}
