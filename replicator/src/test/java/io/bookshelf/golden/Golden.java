package io.bookshelf.golden;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A text that a test compares with what was agreed upon, line by line. */
public final class Golden {
    private static final String FOLDER = "io/bookshelf/golden/";

    private Golden() {}

    /** Compares, or with {@code -Dbookshelf.golden=write} writes the file instead. */
    public static void compare(String name, List<String> lines) {
        if ("write".equals(System.getProperty("bookshelf.golden"))) {
            write(name, lines);
            return;
        }
        Path actual = null;
        try {
            actual = Files.createTempFile("golden", ".txt");
            Path agreed = Files.createTempFile("agreed", ".txt");
            Files.write(actual, lines);
            Files.write(agreed, read(name));
            assertThat(actual)
                    .as(
                            "src/test/resources/%s%s is not what happens now. If it is to be so, write it again and look"
                                    + " at what git diff says:\nmvn -pl schema,broker,replicator test -Dtest='Golden*,WholeUnits*'"
                                    + " -Dsurefire.failIfNoSpecifiedTests=false -Dbookshelf.golden=write",
                            FOLDER, name)
                    .hasSameTextualContentAs(agreed);
            Files.delete(actual);
            Files.delete(agreed);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] read(String name) throws IOException {
        try (InputStream in = Golden.class.getResourceAsStream("/" + FOLDER + name)) {
            return in == null ? new byte[0] : in.readAllBytes();
        }
    }

    private static void write(String name, List<String> lines) {
        Path module = Path.of("src/test");
        Path file = (Files.isDirectory(module) ? module : Path.of("replicator").resolve(module))
                .resolve("resources")
                .resolve(FOLDER)
                .resolve(name);
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, String.join("\n", lines) + "\n", StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
