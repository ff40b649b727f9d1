package io.bookshelf.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Backups of a unit's store: one file with all that the store holds, sessions included, as of one commit. It is made while
 * the unit runs, in another process or not at all, and put back while it does not run.
 */
public final class StoreBackup {
    private StoreBackup() {}

    /**
     * Copies the store of a data folder to a file that does not exist yet, and verifies each row of the copy.
     *
     * @return what the copy holds; rows that are damaged in the store are damaged in the copy too
     * @throws StoreException with a sentence that says what to do; then there is no such file
     */
    public static StoreExamination make(Path dataFolder, Path target, Progress progress) {
        Path source = dataFolder.resolve(StoreFolder.FILE);
        if (!Files.isRegularFile(source)) {
            throw refused("there is no store in " + dataFolder + ": name the data folder of a unit with --data", null);
        }
        if (Files.exists(target)) {
            throw refused(target + " exists, and a backup overwrites nothing: choose another name", null);
        }
        Path part = target.resolveSibling(target.getFileName() + ".part");
        try {
            // What an interrupted attempt has left.
            Files.deleteIfExists(part);
            StoreCopy.make(source, part, dataFolder, progress);
            StoreExamination found = StoreExamination.of(part, false, Progress.UNSEEN);
            if (found.kind() != StoreExamination.Kind.CURRENT && found.kind() != StoreExamination.Kind.READABLE) {
                Files.deleteIfExists(part);
                throw refused(
                        source + " holds no store that this version can read (" + found.problem()
                                + "): use the version that wrote it",
                        null);
            }
            // Without the option to replace: somebody may have made a file of that name meanwhile.
            Files.move(part, target);
            StoreCopy.sync(StoreCopy.folder(target));
            return found;
        } catch (IOException e) {
            throw refused(target + " cannot be written (" + e + "): choose a folder that this user may write to", e);
        }
    }

    /**
     * Puts a backup in the place of the store of a data folder, which is made where it is missing. The store that was there
     * is kept in the folder's {@code set-aside}. The unit must not run; at its next start it is another author, and its peers
     * bring it what it has missed.
     *
     * @return what was put back
     * @throws StoreException IN_USE while a unit holds the folder; in each case with a sentence, and nothing is changed
     */
    public static Restored putBack(Path backup, Path dataFolder, Progress progress) {
        StoreExamination found = StoreExamination.of(backup, false, Progress.UNSEEN);
        switch (found.kind()) {
            case CURRENT, READABLE -> {}
            case FOREIGN ->
                throw refused(backup + " was made by a later version of Bookshelf: install that one first", null);
            case ABSENT ->
                throw refused("there is no file " + backup + ": name a file that bookshelf backup made", null);
            case EMPTY, DAMAGED, UNREADABLE ->
                throw refused(
                        backup + " is no backup of a store"
                                + (found.problem().isEmpty() ? "" : " (" + found.problem() + ")")
                                + ": name a file that bookshelf backup made",
                        null);
        }
        try (StoreFolder folder = StoreFolder.open(dataFolder)) {
            return new Restored(found, putBack(backup, folder, progress));
        } catch (IOException e) {
            throw refused(
                    "the data folder " + dataFolder + " cannot be written (" + e + "): make it writable for this user",
                    e);
        }
    }

    /**
     * What came of it.
     *
     * @param holds what the backup holds
     * @param setAside where the store is now that was there before; the empty path where there was none
     */
    public record Restored(StoreExamination holds, Path setAside) {}

    private static Path putBack(Path backup, StoreFolder folder, Progress progress) throws IOException {
        Path part = folder.folder().resolve(StoreFolder.PUT_BACK);
        Files.deleteIfExists(part);
        StoreCopy.make(backup, part, folder.folder(), progress);
        // From here on a crash leaves the one or the other: a start completes what it finds under this name.
        folder.deleteReplacement();
        Path aside = Path.of("");
        if (Files.exists(folder.file())) {
            closeLog(folder.file());
            Files.move(part, folder.replacement());
            SetAside setAside = new SetAside(
                    folder.folder().resolve("set-aside"),
                    StoreOptions.defaults().mostSetAside());
            aside = setAside.take(folder.file(), System.currentTimeMillis());
            Files.move(folder.replacement(), folder.file());
        } else {
            Files.move(part, folder.file());
        }
        StoreCopy.sync(folder.folder());
        return aside;
    }

    /** Moves the log of the old file into it, so that the one can be moved without the other. */
    private static void closeLog(Path file) {
        try (Db db = Db.openWriter(file, Durability.FULL)) {
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)");
        } catch (SQLException damaged) {
            // It is set aside as it is.
        }
    }

    private static StoreException refused(String sentence, @Nullable Throwable cause) {
        return new StoreException(StoreException.Reason.IO, sentence, cause);
    }
}
