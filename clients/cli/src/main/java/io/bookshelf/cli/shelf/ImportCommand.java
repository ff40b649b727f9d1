package io.bookshelf.cli.shelf;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Reads what export wrote. */
@Command(
        name = "import",
        description =
                "Write the keys of an export that differ from what the unit has; broken off, just begin again."
                        + " Nothing is written if a line is wrong, and nothing is deleted. Who belongs to the network is left as it is.",
        footer = {
            "",
            "Examples: bookshelf import home.jsonl",
            "          gunzip < lights.jsonl.gz | bookshelf import -",
            "          bookshelf import home.jsonl --dry-run"
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class ImportCommand extends ShelfCommand {
    @Parameters(index = "0", paramLabel = "FILE", description = "The export; - for standard input.")
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private String file;

    @Option(
            names = "--with-network",
            description =
                    "Write the keys below bookshelf/ and local/bookshelf/, too. They say who belongs to the network:"
                            + " an old export undoes revocations and lets phones in again that were put out.")
    private boolean withNetwork;

    @Option(names = "--dry-run", description = "Only say what would be written.")
    private boolean dryRun;

    private long leftOut;

    @Override
    public Integer call() throws IOException {
        boolean piped = file.equals("-");
        Path source = piped ? Files.createTempFile("bookshelf-import", ".jsonl") : Path.of(file);
        try {
            if (piped) {
                Files.copy(System.in, source, StandardCopyOption.REPLACE_EXISTING);
            }
            long lines = each(source, line -> {});
            Progress progress = new Progress(err(), "imported", lines);
            try (StateWriter writer = new StateWriter(options(), dryRun)) {
                each(source, line -> {
                    if (withNetwork || !Membership.isAbout(line.key())) {
                        writer.write(line.key(), line.value(), line.properties(), line.expires());
                    } else {
                        leftOut++;
                    }
                    progress.step();
                });
                writer.finish();
                progress.end();
                out().println(writer.summary()
                        + (leftOut == 0
                                ? ""
                                : ", " + leftOut + " were left out because they say who belongs to the network (units,"
                                        + " phones, revocations; --with-network)"));
                out().flush();
            }
        } finally {
            if (piped) {
                Files.delete(source);
            }
        }
        return 0;
    }

    private long each(Path source, Consumer<ExportLine> consumer) throws IOException {
        long number = 0;
        try (BufferedReader lines = Files.newBufferedReader(source)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                if (!line.isBlank()) {
                    consumer.accept(parsed(line, number));
                }
            }
        } catch (CharacterCodingException e) {
            throw mistake(file + " is not UTF-8 text: it is no export; nothing was written");
        }
        return number;
    }

    private ExportLine parsed(String line, long number) {
        try {
            return ExportLine.parse(line);
        } catch (IllegalArgumentException e) {
            throw mistake(file + ", line " + number + ": " + e.getMessage() + "; nothing was written");
        }
    }
}
