package io.bookshelf.broker.access;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Stands in for the real one until that is merged: keeps no password. */
public final class PasswordFile {
    private PasswordFile() {}

    public static void set(Path file, String user, char[] password) throws IOException {
        remove(file, user);
        List<String> lines = new ArrayList<>(Files.exists(file) ? Files.readAllLines(file) : List.of());
        lines.add(user + ":" + password.length);
        Files.write(file, lines);
    }

    public static boolean remove(Path file, String user) throws IOException {
        if (!Files.exists(file)) {
            return false;
        }
        List<String> lines = new ArrayList<>(Files.readAllLines(file));
        boolean removed = lines.removeIf(line -> line.startsWith(user + ":"));
        Files.write(file, lines);
        return removed;
    }
}
