package io.bookshelf.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Runs one command after the other in one process, so that one cache of classes serves them all. For the launcher. */
@Command(name = "rehearse", hidden = true, description = "Run the commands on standard input, one a line.")
final class RehearseCommand implements Callable<Integer> {
    @Override
    public Integer call() throws IOException {
        int worst = 0;
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] words = line.strip().split("\\s+");
            worst = Math.max(worst, Main.commandLine(words[0]).execute(words));
        }
        return worst;
    }
}
