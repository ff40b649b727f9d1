package io.bookshelf.cli.shelf;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Files that only their owner may read, from the first byte on and whatever the umask. */
final class OwnFile {
    private static final Set<PosixFilePermission> OWNER = PosixFilePermissions.fromString("rw-------");

    private OwnFile() {}

    /** Opens a file to write behind what it holds; makes it if it is not there. */
    static OutputStream append(Path file) throws IOException {
        boolean posix = isPosix(file);
        FileAttribute<?>[] rights =
                posix ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER)} : new FileAttribute<?>[0];
        OutputStream bytes = Channels.newOutputStream(
                Files.newByteChannel(file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND), rights));
        restrict(file);
        return bytes;
    }

    /** Takes from everybody else what a file lets them. */
    static void restrict(Path file) throws IOException {
        // What is no file, such as a pipe, is nobody's.
        if (isPosix(file) && Files.isRegularFile(file)) {
            Files.setPosixFilePermissions(file, OWNER);
        }
    }

    private static boolean isPosix(Path file) {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix");
    }
}
