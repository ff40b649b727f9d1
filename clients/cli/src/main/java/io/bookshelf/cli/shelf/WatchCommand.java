package io.bookshelf.cli.shelf;

import io.bookshelf.client.Bookshelf;
import io.bookshelf.client.Watch;
import io.bookshelf.client.WatchEvent;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints what changes. */
@Command(
        name = "watch",
        description =
                "Print the keys that match, then each change, until Ctrl-C; goes on by itself when the unit was away.",
        footer = {
            "",
            "Examples: bookshelf watch 'lights/#'",
            "          bookshelf watch '#' --json | jq .",
            "          bookshelf watch 'lights/#' --until-complete",
            "Secret values are masked; --reveal shows them."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class WatchCommand extends ShelfCommand {
    @Parameters(arity = "1..*", paramLabel = "FILTER", description = "Topic filters, such as lights/#.")
    private List<String> filters = List.of();

    @Option(names = "--reveal", description = "Show secret values.")
    private boolean reveal;

    @Option(names = "--until-complete", description = "End when everything that is there now has been printed.")
    private boolean untilComplete;

    @Option(names = "--count", paramLabel = "N", description = "End after this many keys and changes.")
    private long count = Long.MAX_VALUE;

    @Override
    public Integer call() throws InterruptedException {
        try (Bookshelf shelf = connect()) {
            Masking masking = masking(shelf, reveal);
            Watch watch = shelf.watch(filters.toArray(String[]::new));
            long printed = 0;
            while (printed < count) {
                WatchEvent event = watch.take();
                String line = json() ? asJson(event, masking) : asText(event, masking);
                (isAside(event) ? err() : out()).println(line);
                err().flush();
                if (out().checkError()) {
                    return 0;
                }
                if (event instanceof WatchEvent.Complete && untilComplete) {
                    return 0;
                }
                printed += event instanceof WatchEvent.Changed || event instanceof WatchEvent.Deleted ? 1 : 0;
            }
        } catch (IllegalArgumentException e) {
            throw mistake(String.valueOf(e.getMessage()));
        }
        return 0;
    }

    /** For people only what is about keys goes to standard output. */
    private boolean isAside(WatchEvent event) {
        return !json() && (event instanceof WatchEvent.Complete || event instanceof WatchEvent.Interrupted);
    }

    private String asText(WatchEvent event, Masking masking) {
        return switch (event) {
            case WatchEvent.Changed changed ->
                Texts.oneLine(changed.entry().key()) + " " + masking.shown(changed.entry());
            case WatchEvent.Deleted deleted -> screen.bad("deleted") + " " + Texts.oneLine(deleted.key());
            case WatchEvent.Complete complete ->
                screen.faint("bookshelf: " + complete.count() + " keys; from here on changes");
            case WatchEvent.Interrupted interrupted ->
                screen.faint("bookshelf: " + interrupted.reason() + "; trying to come back");
        };
    }

    private static String asJson(WatchEvent event, Masking masking) {
        return EntryJson.object(json -> {
            switch (event) {
                case WatchEvent.Changed changed -> {
                    json.writeStringField("event", changed.snapshot() ? "snapshot" : "changed");
                    EntryJson.fields(
                            json, changed.entry(), masking.hides(changed.entry().key()));
                }
                case WatchEvent.Deleted deleted -> {
                    json.writeStringField("event", "deleted");
                    json.writeStringField("key", deleted.key());
                }
                case WatchEvent.Complete complete -> {
                    json.writeStringField("event", "complete");
                    json.writeNumberField("count", complete.count());
                }
                case WatchEvent.Interrupted interrupted -> {
                    json.writeStringField("event", "interrupted");
                    json.writeStringField("reason", interrupted.reason());
                }
            }
        });
    }
}
