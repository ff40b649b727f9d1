package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The list of bounds that `src/test/bounds/check` takes away is about the sources and the tests that there are. */
final class BoundsTest {
    private static final Path ROOT = Path.of("..");

    private static List<Map<String, String>> entries() throws IOException {
        List<Map<String, String>> entries = new ArrayList<>();
        Map<String, String> entry = new LinkedHashMap<>();
        for (String line : Files.readAllLines(Path.of("src", "test", "bounds", "list"))) {
            if (line.startsWith("#")) {
                continue;
            }
            if (line.isBlank()) {
                entry = new LinkedHashMap<>();
                continue;
            }
            if (entry.isEmpty()) {
                entries.add(entry);
            }
            int blank = line.indexOf(' ');
            entry.put(line.substring(0, blank), line.substring(blank + 1).replace("\\n", "\n"));
        }
        return entries;
    }

    private static String of(Map<String, String> entry, String name) {
        return entry.getOrDefault(name, "");
    }

    @Test
    void thereAreEnoughToDrawFrom() throws IOException {
        assertThat(entries()).hasSizeGreaterThan(40).allSatisfy(entry -> assertThat(entry.keySet())
                .as("%s", entry)
                .containsExactly("what", "file", "before", "after", "test"));
        assertThat(entries())
                .extracting(entry -> of(entry, "before") + of(entry, "file"))
                .doesNotHaveDuplicates();
    }

    @Test
    void eachStandsInItsFileOnce() throws IOException {
        List<String> wrong = new ArrayList<>();
        for (Map<String, String> entry : entries()) {
            String source = Files.readString(ROOT.resolve(of(entry, "file")));
            String before = of(entry, "before");
            int at = source.indexOf(before);
            if (at < 0 || source.indexOf(before, at + 1) >= 0) {
                wrong.add(
                        of(entry, "what") + ": " + of(entry, "file") + " has it " + (at < 0 ? "not at all" : "twice"));
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void eachTestIsThere() throws IOException {
        List<String> missing = new ArrayList<>();
        for (Map<String, String> entry : entries()) {
            String[] test = of(entry, "test").split("[ #]");
            Path file = ROOT.resolve(test[0]).resolve("src/test/java").resolve(test[1].replace('.', '/') + ".java");
            if (!Files.exists(file)
                    || test.length > 2 && !Files.readString(file).contains(" void " + test[2] + "(")) {
                missing.add(of(entry, "what") + ": " + of(entry, "test"));
            }
        }
        assertThat(missing).isEmpty();
    }
}
