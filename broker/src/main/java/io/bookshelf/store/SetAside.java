package io.bookshelf.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Keeps the last few files that the store could not go on with, for whoever wants to know why. */
final class SetAside {
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss").withZone(ZoneOffset.UTC);
    private static final String ENDING = ".db";
    private static final String LOG = "-wal";
    private static final String INDEX = "-shm";

    private final Path folder;
    private final int most;

    SetAside(Path folder, int most) {
        this.folder = folder;
        this.most = most;
    }

    /**
     * Moves a store file and its log here, in this order: a crash in between leaves a log without a file, which {@link #takeLog}
     * brings here too, and never a file without what its log holds.
     *
     * @return where it is now
     */
    Path take(Path file, long nowMillis) throws IOException {
        PrivateFiles.makeFolder(folder);
        String stamp = STAMP.format(Instant.ofEpochMilli(nowMillis));
        int n = 1;
        while (Files.exists(named(stamp, n))) {
            n++;
        }
        Path target = named(stamp, n);
        move(file, target);
        move(sibling(file, LOG), sibling(target, LOG));
        // Made anew from the log, and wrong for a file of another name.
        Files.deleteIfExists(sibling(file, INDEX));
        // By name this one may be the oldest: the clock may be behind.
        List<String> others = names();
        others.remove(target.getFileName().toString());
        keepNewest(others, Math.max(0, most - 1));
        return target;
    }

    /**
     * Brings here the log of a file that was moved here before a crash: another file in its place must not be read through it.
     */
    void takeLog(Path file) throws IOException {
        Path log = sibling(file, LOG);
        if (Files.exists(log)) {
            List<String> names = names();
            Path owner = folder.resolve(names.isEmpty() ? "none" : names.getLast());
            if (Files.exists(owner) && !Files.exists(sibling(owner, LOG))) {
                move(log, sibling(owner, LOG));
            } else {
                Files.delete(log);
            }
        }
        Files.deleteIfExists(sibling(file, INDEX));
    }

    /** Names of the files, oldest first. */
    List<String> names() {
        try (Stream<Path> files = Files.list(folder)) {
            return new ArrayList<>(files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(ENDING))
                    .sorted(Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder()))
                    .toList());
        } catch (IOException none) {
            return List.of();
        }
    }

    /** Deletes all but the newest files. */
    void keepOnly(int newest) throws IOException {
        keepNewest(names(), newest);
    }

    private void keepNewest(List<String> names, int newest) throws IOException {
        for (String name : names.subList(0, Math.max(0, names.size() - newest))) {
            Path file = folder.resolve(name);
            Files.deleteIfExists(sibling(file, LOG));
            Files.deleteIfExists(sibling(file, INDEX));
            Files.deleteIfExists(file);
        }
    }

    private Path named(String stamp, int n) {
        return folder.resolve("state-" + stamp + "-" + n + ENDING);
    }

    private static Path sibling(Path file, String ending) {
        return file.resolveSibling(file.getFileName() + ending);
    }

    private static void move(Path from, Path to) throws IOException {
        if (Files.exists(from)) {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        }
    }
}
