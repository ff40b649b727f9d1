package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The limit of open files of this process, and of the units that it starts: each connection takes one of both. */
final class OpenFiles {
    private OpenFiles() {}

    /** Raises it, which needs root, where less than that many would be allowed. */
    static void allow(int wanted) throws IOException, InterruptedException {
        String limits = Files.readString(Path.of("/proc/self/limits"));
        String[] open = limits.lines()
                .filter(line -> line.startsWith("Max open files"))
                .findFirst()
                .orElseThrow()
                .split("\\s+");
        if (!open[3].equals("unlimited") && Integer.parseInt(open[3]) < wanted) {
            Process prlimit = new ProcessBuilder(
                            "prlimit",
                            "--pid",
                            "" + ProcessHandle.current().pid(),
                            "--nofile=" + 2 * wanted + ":" + 2 * wanted)
                    .inheritIO()
                    .start();
            assertThat(prlimit.waitFor())
                    .as("raising the limit of open files to " + 2 * wanted + ", which needs root")
                    .isZero();
        }
    }
}
