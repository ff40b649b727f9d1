package io.bookshelf.cli.shelf;

import io.bookshelf.cli.json.Json;
import io.bookshelf.client.Bookshelf;
import io.bookshelf.client.Entry;
import io.bookshelf.client.Snapshot;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Writes keys and values out. */
@Command(
        name = "export",
        description = "Write the keys under a prefix with values and properties as lines of JSON, for import.",
        footer = {
            "",
            "Examples: bookshelf export --reveal --output home.jsonl",
            "          bookshelf export lights/ | gzip > lights.jsonl.gz",
            "          bookshelf export --reveal --output home.jsonl --resume",
            "Secret values are left out; --reveal writes them. The file is its owner's alone (0600)."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class ExportCommand extends ShelfCommand {
    @Mixin
    private final Prefix prefix = new Prefix();

    @Option(names = "--output", paramLabel = "FILE", description = "The file to write (default: standard output).")
    private @Nullable Path output;

    @Option(names = "--resume", description = "Go on where an export to the same file was broken off.")
    private boolean resume;

    @Option(names = "--reveal", description = "Write secret values, too.")
    private boolean reveal;

    private byte @Nullable [] after;
    private long written;
    private long leftOut;

    @Override
    public Integer call() throws IOException {
        if (resume && output == null) {
            throw mistake("--resume needs the file to go on with: say --output FILE");
        }
        Masking masking;
        long keys;
        try (Bookshelf shelf = connect()) {
            masking = masking(shelf, reveal);
            keys = keys(shelf);
        }
        Progress progress = new Progress(err(), "exported", prefix.isEverything() ? keys : 0);
        try (PrintWriter lines = open()) {
            Snapshot.read(options(), prefix.filters(), entry -> write(entry, masking, lines, progress));
            if (lines.checkError()) {
                if (output == null) {
                    throw new OutputClosed();
                }
                throw new FileSystemException(output.toString(), null, "it could not be written to its end");
            }
        } catch (IllegalArgumentException e) {
            throw mistake(String.valueOf(e.getMessage()));
        } finally {
            progress.end();
        }
        if (output != null || leftOut > 0) {
            err().println("bookshelf: " + written + " keys exported"
                    + (leftOut == 0 ? "" : "; the values of " + leftOut + " secret ones were left out (--reveal)"));
            err().flush();
        }
        return 0;
    }

    private static long keys(Bookshelf shelf) {
        return shelf.get("$bookshelf/health")
                .map(health -> Json.text(Json.parse(health.value()), "keys"))
                .filter(text -> text.matches("\\d{1,18}"))
                .map(Long::parseLong)
                .orElse(0L);
    }

    private PrintWriter open() throws IOException {
        if (output == null) {
            return new PrintWriter(System.out, false, StandardCharsets.UTF_8);
        }
        if (resume && Files.exists(output)) {
            OwnFile.restrict(output);
            cutTornLine(output);
            after = greatestKey(output);
        } else if (Files.exists(output)) {
            throw mistake(output + " is there already: name another file, remove it, or go on with it by --resume");
        }
        return new PrintWriter(OwnFile.append(output), false, StandardCharsets.UTF_8);
    }

    private static void cutTornLine(Path file) throws IOException {
        try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
            long end = access.length();
            while (end > 0) {
                access.seek(end - 1);
                if (access.read() == '\n') {
                    break;
                }
                end--;
            }
            access.setLength(end);
        }
    }

    private static byte @Nullable [] greatestKey(Path file) throws IOException {
        byte[] greatest = null;
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                byte[] key = Json.text(Json.parse(line.getBytes(StandardCharsets.UTF_8)), "key")
                        .getBytes(StandardCharsets.UTF_8);
                if (greatest == null || Arrays.compareUnsigned(key, greatest) > 0) {
                    greatest = key;
                }
            }
        }
        return greatest;
    }

    private void write(Entry entry, Masking masking, PrintWriter lines, Progress progress) {
        if (after != null && Arrays.compareUnsigned(entry.key().getBytes(StandardCharsets.UTF_8), after) <= 0) {
            return;
        }
        boolean hidden = masking.hides(entry.key());
        lines.println(EntryJson.line(entry, hidden));
        written++;
        leftOut += hidden ? 1 : 0;
        progress.step();
        if (output == null && lines.checkError()) {
            throw new OutputClosed();
        }
    }
}
