package io.bookshelf.pki;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** Files that are there as a whole or not at all; private ones are their owner's from the first byte on. */
final class SafeFiles {
    private static final String PRIVATE = "rw-------";
    private static final String PUBLIC = "rw-r--r--";

    private SafeFiles() {}

    static void writePublic(Path file, byte[] bytes) {
        write(file, bytes, PUBLIC);
    }

    static void writePrivate(Path file, byte[] bytes) {
        write(file, bytes, PRIVATE);
    }

    /**
     * Refuses what would take the place of something.
     *
     * @throws PkiException if one of the files is there
     */
    static void refuseExisting(List<Path> files) {
        for (Path file : files) {
            if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                throw new PkiException(
                        file + " is there already and is not overwritten: choose another place, or move it away");
            }
        }
    }

    static void makeFolder(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new PkiException("cannot make the folder " + folder + ": " + reason(e), e);
        }
    }

    static void makePrivateFolder(Path folder) {
        try {
            Path parent = folder.toAbsolutePath().getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            if (!Files.isDirectory(folder)) {
                Files.createDirectory(folder, permissions(folder, "rwx------"));
            }
        } catch (IOException e) {
            throw new PkiException("cannot make the folder " + folder + ": " + reason(e), e);
        }
    }

    static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new PkiException("cannot read " + file + ": " + reason(e), e);
        }
    }

    static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new PkiException("cannot delete " + file + ": " + reason(e), e);
        }
    }

    /** What a file operation failed of, without the file's name. */
    static String reason(IOException e) {
        return switch (e) {
            case java.nio.file.NoSuchFileException missing -> "it is not there";
            case java.nio.file.AccessDeniedException denied -> "access is denied";
            case java.nio.file.FileAlreadyExistsException there -> "a file is in its place";
            default -> String.valueOf(e.getMessage());
        };
    }

    private static void write(Path file, byte[] bytes, String rights) {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null) {
            throw new PkiException(file + " is no file");
        }
        try {
            Path fresh = Files.createTempFile(folder, ".new", null, permissions(file, PRIVATE));
            try {
                try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                    ByteBuffer rest = ByteBuffer.wrap(bytes);
                    while (rest.hasRemaining()) {
                        channel.write(rest);
                    }
                    channel.force(true);
                }
                if (isPosix(file)) {
                    Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString(rights));
                }
                Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(fresh);
            }
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        } catch (IOException e) {
            throw new PkiException("cannot write " + file + ": " + reason(e), e);
        }
    }

    /** May anybody but its owner read it? False where that cannot be told. */
    static boolean isReadByOthers(Path file) {
        try {
            return isPosix(file)
                    && Files.getPosixFilePermissions(file).stream()
                            .anyMatch(right -> right == PosixFilePermission.GROUP_READ
                                    || right == PosixFilePermission.OTHERS_READ);
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isPosix(Path file) {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    private static FileAttribute<?>[] permissions(Path file, String rights) {
        return isPosix(file)
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(rights))}
                : new FileAttribute<?>[0];
    }
}
