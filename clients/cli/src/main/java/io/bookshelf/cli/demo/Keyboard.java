package io.bookshelf.cli.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What was typed: keys as they are pressed where the terminal is set for that, otherwise lines. */
final class Keyboard {
    private static final char END_OF_INPUT_KEY = 4;

    private final BlockingQueue<Typed> typed = new LinkedBlockingQueue<>(64);

    /**
     * One of the demo's keys.
     *
     * @param unit the name behind it, empty for none
     */
    record Typed(char key, String unit) {
        static final Typed QUIT = new Typed('q', "");
    }

    /** Begins to read standard input. */
    Keyboard(boolean keys) {
        Thread.ofPlatform().daemon().name("keyboard").start(() -> read(keys));
    }

    /** What was typed next, null if nothing was in that time. */
    @Nullable
    Typed next(long millis) throws InterruptedException {
        return typed.poll(millis, TimeUnit.MILLISECONDS);
    }

    private void read(boolean keys) {
        try {
            if (keys) {
                readKeys();
            } else {
                readLines();
            }
        } catch (IOException terminalGone) {
            // which ends it too
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        typed.offer(Typed.QUIT);
    }

    private void readKeys() throws IOException, InterruptedException {
        for (int key = System.in.read(); key >= 0 && key != END_OF_INPUT_KEY; key = System.in.read()) {
            typed.put(new Typed((char) key, ""));
        }
    }

    private void readLines() throws IOException, InterruptedException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] words = line.strip().toLowerCase(Locale.ROOT).split("\\s+", 2);
            if (!words[0].isEmpty()) {
                char key = words[0].length() == 1 ? words[0].charAt(0) : '?';
                typed.put(new Typed(key, words.length > 1 ? words[1] : ""));
            }
        }
    }
}
