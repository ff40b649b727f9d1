package io.bookshelf.store;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the files and folders of a store their owner's alone, whatever the umask: passwords are among the values. SQLite gives
 * the files beside a store file the rights of that file.
 */
final class PrivateFiles {
    private static final Logger LOG = LoggerFactory.getLogger(PrivateFiles.class);

    private static final Set<PosixFilePermission> OWNERS = EnumSet.of(
            PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);

    // What a unit makes in its data folder: nothing else there is its business.
    private static final List<String> FILES =
            List.of(StoreFolder.FILE, StoreFolder.REPLACEMENT, StoreFolder.PUT_BACK, StoreFolder.LOCK, "reserve");
    private static final List<String> ENDINGS = List.of("", "-wal", "-shm", "-journal");
    private static final List<String> FOLDERS = List.of("set-aside", "native", "crl");
    private static final int DEEPEST = 8;

    private PrivateFiles() {}

    /** Rights for a file that is being made: 0600. */
    static FileAttribute<?>[] ofFile(Path file) {
        return attributes(file, "rw-------");
    }

    /** Makes an empty file, unless there is one. */
    static void makeFile(Path file) throws IOException {
        try {
            Files.createFile(file, ofFile(file));
        } catch (FileAlreadyExistsException there) {
            // Its rights are what they are.
        }
    }

    /** Makes a folder, 0700, unless there is one; those above it as usual. */
    static void makeFolder(Path folder) throws IOException {
        Path parent = folder.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        try {
            Files.createDirectory(folder, attributes(folder, "rwx------"));
        } catch (FileAlreadyExistsException there) {
            if (!Files.isDirectory(folder)) {
                throw there;
            }
        }
    }

    /** What of a data folder others than its owner may read, write or enter. */
    static List<Path> openIn(Path folder) {
        if (!isPosix(folder)) {
            return List.of();
        }
        List<Path> open = new ArrayList<>();
        for (Path each : all(folder)) {
            try {
                if (!OWNERS.containsAll(Files.getPosixFilePermissions(each))) {
                    open.add(each);
                }
            } catch (IOException gone) {
                // Nobody can read it either.
            }
        }
        return open;
    }

    /** Takes from all others what {@link #openIn} finds; says in the log where it may not. */
    static List<Path> close(Path folder) {
        List<Path> closed = new ArrayList<>();
        for (Path each : openIn(folder)) {
            try {
                Set<PosixFilePermission> rights = EnumSet.copyOf(OWNERS);
                rights.retainAll(Files.getPosixFilePermissions(each));
                Files.setPosixFilePermissions(each, rights);
                closed.add(each);
            } catch (IOException e) {
                LOG.warn("{} can be read by others, and this user may not change that ({}): chmod go= it", each, e);
            }
        }
        return closed;
    }

    private static List<Path> all(Path folder) {
        List<Path> all = new ArrayList<>();
        if (Files.isDirectory(folder)) {
            all.add(folder);
        }
        for (String name : FILES) {
            for (String ending : ENDINGS) {
                Path file = folder.resolve(name + ending);
                if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                    all.add(file);
                }
            }
        }
        for (String name : FOLDERS) {
            Path below = folder.resolve(name);
            if (Files.isDirectory(below, LinkOption.NOFOLLOW_LINKS)) {
                try (Stream<Path> files = Files.walk(below, DEEPEST)) {
                    files.filter(file -> !Files.isSymbolicLink(file)).forEach(all::add);
                } catch (IOException | java.io.UncheckedIOException e) {
                    LOG.warn("{} cannot be listed ({})", below, e.toString());
                }
            }
        }
        return all;
    }

    private static boolean isPosix(Path file) {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    private static FileAttribute<?>[] attributes(Path file, String rights) {
        return isPosix(file)
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(rights))}
                : new FileAttribute<?>[0];
    }
}
