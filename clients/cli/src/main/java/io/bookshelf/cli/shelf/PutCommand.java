package io.bookshelf.cli.shelf;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.bookshelf.cli.json.Json;
import io.bookshelf.client.Bookshelf;
import io.bookshelf.client.PutOptions;
import io.bookshelf.client.RefusedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes a value. */
@Command(
        name = "put",
        description = "Write a value; done when it is on the unit's disk.",
        footer = {
            "",
            "Examples: bookshelf put lights/hall on",
            "          bookshelf put rooms/hall --json '{\"lamps\":3}'",
            "          bookshelf put guests/code 4711 --ttl 4h",
            "          bookshelf put pictures/door --file door.jpg --content-type image/jpeg",
            "Exit code 1: --if-absent, and there is a value."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class PutCommand extends ShelfCommand {
    @Parameters(index = "0", paramLabel = "KEY", description = "The key.")
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private String key;

    @Parameters(index = "1", arity = "0..1", paramLabel = "VALUE", description = "The value; - for standard input.")
    private @Nullable String value;

    @Option(names = "--file", paramLabel = "FILE", description = "The value is what this file holds.")
    private @Nullable Path file;

    @Option(
            names = "--ttl",
            paramLabel = "TIME",
            converter = TimeSpan.Converter.class,
            description = "It ends by itself after this time, such as 30s or 4h.")
    private @Nullable Duration timeToLive;

    @Option(names = "--content-type", paramLabel = "TYPE", description = "MQTT's content type.")
    private @Nullable String contentType;

    @Option(
            names = "--if-absent",
            description = "Write only if there is no value. The unit that is asked decides alone: another one may write"
                    + " the same key at the same time.")
    private boolean ifAbsent;

    @Override
    public Integer call() throws IOException {
        byte[] bytes = bytes();
        if (bytes.length == 0) {
            throw mistake("the value is empty, which would delete the key: use \"bookshelf delete " + key + "\"");
        }
        if (json()) {
            check(bytes);
        }
        try (Bookshelf shelf = connect()) {
            shelf.put(key, bytes, how());
            if (timeToLive != null) {
                warnOfUnknownTime(shelf);
            }
            if (ifAbsent) {
                out().println("written: " + shelf.unit().orElse("the broker") + " had no value of " + key
                        + " (it decided that alone)");
                out().flush();
            }
        } catch (RefusedException refused) {
            if (!ifAbsent || !refused.isPresent()) {
                throw refused;
            }
            err().println("bookshelf: not written: there is a value under " + key);
            err().flush();
            return NO;
        } catch (IllegalArgumentException e) {
            throw mistake(String.valueOf(e.getMessage()));
        }
        return 0;
    }

    /** Where the time of day is not known, a time to live depends on the unit that it was given at. */
    private void warnOfUnknownTime(Bookshelf shelf) {
        try {
            shelf.get("$bookshelf/clock")
                    .filter(clock ->
                            Json.text(Json.parse(clock.value()), "known").equals("false"))
                    .ifPresent(clock -> {
                        err().println("bookshelf: written; but " + shelf.unit().orElse("the unit")
                                + " does not know the time of day, so the value ends in time only as long as that unit"
                                + " runs (see bookshelf status)");
                        err().flush();
                    });
        } catch (RefusedException mayNotBeRead) {
            // It was written; more cannot be said.
        }
    }

    private PutOptions how() {
        PutOptions options = PutOptions.DEFAULT;
        String type = contentType != null ? contentType : json() ? "application/json" : null;
        if (type != null) {
            options = options.contentType(type);
        }
        if (timeToLive != null) {
            options = options.expiresAfter(timeToLive);
        }
        return ifAbsent ? options.ifAbsent() : options;
    }

    private byte[] bytes() throws IOException {
        if (value == null == (file == null)) {
            throw mistake("say what to write: a VALUE, - for standard input, or --file FILE");
        }
        if (file != null) {
            return Files.readAllBytes(file);
        }
        return "-".equals(value)
                ? System.in.readAllBytes()
                : String.valueOf(value).getBytes(StandardCharsets.UTF_8);
    }

    private void check(byte[] bytes) throws IOException {
        try (JsonParser parser = new JsonFactory().createParser(bytes)) {
            parser.nextToken();
            parser.skipChildren();
            if (parser.nextToken() != null) {
                throw mistake("the value is more than one JSON document; nothing was written");
            }
        } catch (JsonProcessingException e) {
            throw mistake("the value is not JSON (line " + e.getLocation().getLineNr() + ", column "
                    + e.getLocation().getColumnNr() + ": " + e.getOriginalMessage() + "); nothing was written");
        }
    }
}
