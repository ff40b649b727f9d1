package io.bookshelf.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** The folder of a unit's state: the lock that keeps other processes out, and the names of the files in it. */
final class StoreFolder implements AutoCloseable {
    /** The name of the store file in its folder. */
    static final String FILE = "state.db";

    /** A file that takes its place where it is not there. */
    static final String REPLACEMENT = "replacement.db";

    /** A backup that is being copied into the folder. */
    static final String PUT_BACK = "restore.part";

    static final String LOCK = "lock";

    private final Path folder;
    private final FileChannel lockFile;

    private StoreFolder(Path folder, FileChannel lockFile) {
        this.folder = folder;
        this.lockFile = lockFile;
    }

    /**
     * Makes the folder where it is missing, and takes its lock.
     *
     * @throws StoreException IN_USE if another process has it, IO if it cannot be made or written
     */
    static StoreFolder open(Path folder) {
        Path absolute = folder.toAbsolutePath().normalize();
        FileChannel channel = null;
        try {
            PrivateFiles.makeFolder(absolute);
            PrivateFiles.makeFile(absolute.resolve(LOCK));
            channel = FileChannel.open(absolute.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (tryLock(channel) == null) {
                channel.close();
                throw new StoreException(
                        StoreException.Reason.IN_USE,
                        "the data folder " + absolute
                                + " is in use by another process: stop that one, or choose another folder",
                        null);
            }
            // Of one that an earlier version made.
            PrivateFiles.close(absolute);
            return new StoreFolder(absolute, channel);
        } catch (IOException e) {
            closeQuietly(channel);
            throw new StoreException(
                    StoreException.Reason.IO,
                    "the data folder " + absolute + " cannot be made or written (" + e
                            + "): make it writable for this user, or choose another folder",
                    e);
        }
    }

    /** True if a process has the folder. Changes nothing. */
    static boolean isInUse(Path folder) throws IOException {
        Path lock = folder.resolve(LOCK);
        if (!Files.exists(lock)) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE)) {
            return tryLock(channel) == null;
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException sameProcess) {
            return null;
        }
    }

    /** The store file. */
    Path file() {
        return folder.resolve(FILE);
    }

    /** A file that is made to take the place of the store file, where it is complete. */
    Path replacement() {
        return folder.resolve(REPLACEMENT);
    }

    void deleteReplacement() throws IOException {
        for (String ending : new String[] {"", "-wal", "-shm"}) {
            Files.deleteIfExists(replacement().resolveSibling(replacement().getFileName() + ending));
        }
    }

    /** The file's log of commits that have not been moved into it. */
    Path log() {
        return folder.resolve("state.db-wal");
    }

    Path folder() {
        return folder;
    }

    /** Size of a file in bytes, 0 if it is not there. */
    static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException notThere) {
            return 0;
        }
    }

    @Override
    public void close() {
        closeQuietly(lockFile);
    }

    private static void closeQuietly(@Nullable FileChannel channel) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                // The lock goes with the process at the latest.
            }
        }
    }

    String fullSentence() {
        return "the disk of " + folder() + " is full: free some room, or delete keys";
    }
}
