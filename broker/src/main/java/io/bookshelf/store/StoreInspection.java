package io.bookshelf.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;

/**
 * How it stands with the data folder of a unit, whether that runs or not. Looking changes nothing.
 *
 * @param there false if there is no such folder
 * @param problem why the folder cannot be used, empty where it can
 * @param inUse true while a process has it
 * @param freeBytes room on its disk for this user
 * @param wantedBytes room without which the unit refuses writes
 * @param setAside names of the store files that were set aside, oldest first
 * @param leftovers names of files that an interrupted piece of work has left
 * @param store the store file
 */
public record StoreInspection(
        boolean there,
        String problem,
        boolean inUse,
        long freeBytes,
        long wantedBytes,
        List<String> setAside,
        List<String> leftovers,
        StoreExamination store) {

    /** Looks at a data folder. */
    public static StoreInspection of(Path dataFolder, Progress progress) {
        Path file = dataFolder.resolve(StoreFolder.FILE);
        // Where there is no store file, the next start puts this one in its place.
        Path complete = dataFolder.resolve(StoreFolder.REPLACEMENT);
        if (!Files.exists(dataFolder)) {
            return nothing(false, "");
        }
        if (!Files.isDirectory(dataFolder)) {
            return nothing(true, "it is no folder");
        }
        if (!Files.isReadable(dataFolder) || !Files.isWritable(dataFolder) || !Files.isExecutable(dataFolder)) {
            return nothing(true, "this user may not read and write it");
        }
        if (Files.exists(file) && !(Files.isReadable(file) && Files.isWritable(file))) {
            return nothing(true, "this user may not read and write " + file.getFileName());
        }
        try {
            boolean inUse = StoreFolder.isInUse(dataFolder);
            StoreOptions options = StoreOptions.defaults();
            Reserve reserve = new Reserve(dataFolder.resolve("reserve"), options.reserveBytes());
            List<String> leftovers = List.of(StoreFolder.REPLACEMENT, StoreFolder.PUT_BACK).stream()
                    .filter(name -> Files.exists(dataFolder.resolve(name)))
                    .toList();
            return new StoreInspection(
                    true,
                    "",
                    inUse,
                    Files.getFileStore(dataFolder).getUsableSpace(),
                    reserve.wantedBytes(),
                    new SetAside(dataFolder.resolve("set-aside"), options.mostSetAside()).names(),
                    leftovers,
                    StoreExamination.of(Files.exists(file) ? file : complete, inUse, progress));
        } catch (IOException e) {
            return nothing(true, String.valueOf(e));
        }
    }

    /** What of a data folder others than its owner may read, write or enter. */
    public static List<Path> openFiles(Path dataFolder) {
        return PrivateFiles.openIn(dataFolder);
    }

    /**
     * Makes a data folder and what a unit has in it their owner's alone, as a unit does at its start. A unit may run.
     *
     * @return what was changed
     */
    public static List<Path> closeFiles(Path dataFolder) {
        return PrivateFiles.close(dataFolder);
    }

    private static StoreInspection nothing(boolean there, String problem) {
        return new StoreInspection(there, problem, false, 0, 0, List.of(), List.of(), StoreExamination.nothing());
    }

    /**
     * Puts a store right as a unit would at its start: one that cannot be used, or of which something is damaged or missing,
     * is set aside, and all rows of it that are whole go into a fresh file. What is lost does not seem to have been deleted:
     * peers bring it again.
     *
     * @return how many rows were taken over
     * @throws StoreException IN_USE while a unit has the folder; in each case with a sentence
     */
    public static long repair(Path dataFolder) {
        try (StoreFolder folder = StoreFolder.open(dataFolder)) {
            Files.deleteIfExists(folder.folder().resolve(StoreFolder.PUT_BACK));
            StoreOptions options = StoreOptions.defaults();
            StoreFile file = new StoreFile(
                    folder,
                    options,
                    new DamageLog(),
                    new Reserve(folder.folder().resolve("reserve"), options.reserveBytes()));
            file.open().writer().close();
            if (!StoreExamination.of(folder.file(), false, Progress.UNSEEN).isSound()) {
                file.replace("rows of it are damaged or missing", true, null, List.of())
                        .writer()
                        .close();
            }
            return file.salvagedRows();
        } catch (IOException | SQLException e) {
            throw new StoreException(
                    StoreException.Reason.IO,
                    "the store in " + dataFolder + " cannot be written (" + e + "): make it writable for this user",
                    e);
        }
    }
}
