package io.bookshelf.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;

/** Copies a store file, as of one commit and with its log, into one that is closed, on disk, and its owner's alone. */
final class StoreCopy {
    /** Free bytes that a copy leaves on the disk of a unit, so that this does not find it full. */
    private static final long ROOM_LEFT = 16L * 1024 * 1024;

    private final Path source;
    private final Path target;
    private final Path unit;
    private final Progress progress;
    private final long expected;
    private boolean noRoom;

    private StoreCopy(Path source, Path target, Path unit, Progress progress, long expected) {
        this.source = source;
        this.target = target;
        this.unit = unit;
        this.progress = progress;
        this.expected = Math.max(1, expected);
    }

    /**
     * Copies.
     *
     * @param target must not exist; does not either if this fails
     * @param unit the unit's data folder
     * @throws StoreException with a sentence
     */
    static void make(Path source, Path target, Path unit, Progress progress) {
        long log = StoreFolder.size(source.resolveSibling(source.getFileName() + "-wal"));
        new StoreCopy(source, target, unit, progress, StoreFolder.size(source) + log).make();
    }

    private void make() {
        try {
            FileStore disk = Files.getFileStore(folder(target));
            boolean shared = disk.equals(Files.getFileStore(unit));
            if (disk.getUsableSpace() < expected + (shared ? ROOM_LEFT : 0)) {
                throw full();
            }
            // Passwords are in it.
            Files.createFile(
                    target, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } catch (IOException e) {
            throw refused(e);
        }
        try {
            copy();
            sync(target);
            sync(folder(target));
        } catch (IOException e) {
            delete();
            throw refused(e);
        } catch (RuntimeException e) {
            delete();
            throw e;
        }
    }

    private void copy() {
        try (Db db = Db.openReader(source)) {
            db.copyInto(target, this::goOn);
            progress.at(expected, expected);
        } catch (SQLException e) {
            if (noRoom || SqlErrors.reason(e) == StoreException.Reason.DISK_FULL) {
                throw full();
            }
            boolean damaged = SqlErrors.reason(e) == StoreException.Reason.DAMAGED;
            throw new StoreException(
                    damaged ? StoreException.Reason.DAMAGED : StoreException.Reason.IO,
                    damaged
                            ? source + " is damaged (" + e.getMessage()
                                    + "): the unit replaces it by itself, or bookshelf doctor --repair does; then try again"
                            : source + " cannot be copied to " + target + " (" + e.getMessage()
                                    + "): make both readable and writable for this user",
                    e);
        }
    }

    /** While the copy is made the log of the source cannot be used again from its start: it may grow. */
    private boolean goOn() {
        try {
            noRoom = Files.getFileStore(unit).getUsableSpace() < ROOM_LEFT / 2;
        } catch (IOException unknown) {
            noRoom = false;
        }
        progress.at(Math.min(StoreFolder.size(target), expected - 1), expected);
        return !noRoom;
    }

    private StoreException full() {
        return new StoreException(
                StoreException.Reason.DISK_FULL,
                "there is not enough room on the disk of " + (noRoom ? unit : target) + " for a copy of "
                        + Math.max(1, expected >> 20) + " MiB: free some, or choose another disk",
                null);
    }

    private StoreException refused(IOException e) {
        return new StoreException(
                StoreException.Reason.IO,
                target + " cannot be written (" + e + "): choose a folder that this user may write to",
                e);
    }

    private void delete() {
        for (String ending : new String[] {"", "-wal", "-journal"}) {
            try {
                Files.deleteIfExists(target.resolveSibling(target.getFileName() + ending));
            } catch (IOException e) {
                // Half a copy stays, under a name that says so.
            }
        }
    }

    static Path folder(Path file) {
        Path parent = file.toAbsolutePath().getParent();
        return parent == null ? file.toAbsolutePath() : parent;
    }

    /** Waits until a file, or what a folder lists, is on disk. */
    static void sync(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
