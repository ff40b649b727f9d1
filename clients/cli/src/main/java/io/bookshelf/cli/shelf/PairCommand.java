package io.bookshelf.cli.shelf;

import io.bookshelf.cli.json.Json;
import io.bookshelf.client.Bookshelf;
import io.bookshelf.client.BookshelfException;
import io.bookshelf.client.Entry;
import io.bookshelf.client.PutOptions;
import io.bookshelf.client.Watch;
import io.bookshelf.client.WatchEvent;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows a code by which one phone may be paired, and waits for that phone. */
@Command(
        name = "pair",
        description = "Let a phone in: show a code to type into the app, and wait until the phone is paired.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Run it on the unit. Exit code 1: no phone was paired.",
            "Example: bookshelf pair --url mqtt://127.0.0.1:1883"
        })
public final class PairCommand extends ShelfCommand {
    private static final String CODE = "local/bookshelf/pairing";
    private static final String PHONES = "bookshelf/phones/";
    private static final Duration TIME = Duration.ofMinutes(5);
    private static final int CODES = 100_000_000;

    @Option(names = "--this-unit-only", description = "The phone's key counts at this unit and at no other.")
    private boolean thisUnitOnly;

    @Override
    public Integer call() throws InterruptedException {
        String code = "%08d".formatted(new SecureRandom().nextInt(CODES));
        String counts = thisUnitOnly ? ",\"counts\":\"unit\"" : "";
        byte[] offer = ("{\"code\":\"" + code + "\"" + counts + "}").getBytes(StandardCharsets.UTF_8);
        try (Bookshelf shelf = connect();
                Watch watch = shelf.watch(PHONES + "+", CODE)) {
            Object about = shelf.get("$bookshelf/unit")
                    .map(unit -> Json.parse(unit.value()))
                    .orElse(Map.of());
            String name = Json.text(about, "name");
            if (Json.text(about, "network").isEmpty()) {
                return none(
                        "the unit " + name + " is of no network, so that no phone can be paired with it: start it with"
                                + " a certificate of its own (bookshelf run --pki)");
            }
            awaitSnapshot(watch);
            Thread takeBack = Thread.ofPlatform().unstarted(() -> takeBack(shelf));
            Runtime.getRuntime().addShutdownHook(takeBack);
            try {
                shelf.put(CODE, offer, PutOptions.DEFAULT.expiresAfter(TIME));
                show(code, name, Json.text(Json.field(about, "listeners"), "web-tls"));
                return awaitPhone(watch, name, offer);
            } finally {
                remove(takeBack);
            }
        }
    }

    private static void awaitSnapshot(Watch watch) throws InterruptedException {
        while (!(watch.take() instanceof WatchEvent.Complete)) {
            // Phones that were paired before are of no interest.
        }
    }

    private void show(String code, String unit, String webTls) {
        out().println("Code: " + code.substring(0, 4) + " " + code.substring(4));
        out().println("It is good for 5 minutes and for one phone: type it into the app of the unit " + unit
                + (webTls.isEmpty() ? "" : " (HTTPS at " + webTls + ")") + ".");
        out().println("Waiting for the phone; Ctrl-C takes the code back.");
        out().flush();
    }

    private int awaitPhone(Watch watch, String unit, byte[] offer) throws InterruptedException {
        long end = System.nanoTime() + TIME.toNanos();
        while (true) {
            Optional<WatchEvent> event = watch.poll(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
            if (event.isEmpty()) {
                return none("no phone is paired: the time is over; run it again");
            }
            switch (event.get()) {
                case WatchEvent.Changed changed -> {
                    Entry entry = changed.entry();
                    if (entry.key().equals(CODE)) {
                        if (!Arrays.equals(entry.value(), offer)) {
                            return none("no phone is paired: another bookshelf pair has taken its place");
                        }
                    } else if (Json.text(Json.parse(entry.value()), "unit").equals(unit)) {
                        String name =
                                Json.text(Json.parse(entry.value()), "name").replaceAll("\\p{C}", "?");
                        out().println("Paired: " + name + " (" + entry.key().substring(PHONES.length()) + ")");
                        out().flush();
                        return 0;
                    }
                }
                case WatchEvent.Deleted deleted -> {
                    if (deleted.key().equals(CODE)) {
                        return none("no phone is paired: the code was wrong too often; run it again");
                    }
                }
                case WatchEvent.Interrupted interrupted -> {
                    return none("the unit has gone, and the code with it (" + interrupted.reason() + "): run it again");
                }
                case WatchEvent.Complete complete -> {}
            }
        }
    }

    private int none(String why) {
        err().println("bookshelf: " + why);
        err().flush();
        return NO;
    }

    /** If it can be done in a moment; it ends by itself otherwise. */
    private static void takeBack(Bookshelf shelf) {
        try {
            shelf.delete(CODE);
        } catch (BookshelfException notNow) {
            // It expires.
        }
    }

    private static void remove(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException alreadyStopping) {
            // Then it runs, and takes back a code that is spent.
        }
    }
}
