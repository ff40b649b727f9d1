package io.bookshelf.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.stream.Stream;
import org.sqlite.SQLiteJDBCLoader;
import org.sqlite.util.LibraryLoaderUtil;

/**
 * Unpacks SQLite's native library once for each version, instead of at each start into the temporary folder, where every
 * killed process would leave a copy.
 */
final class NativeLibrary {
    private static final String PATH = "org.sqlite.lib.path";
    private static final String NAME = "org.sqlite.lib.name";

    private NativeLibrary() {}

    /** Sees to it that the library is loaded from below {@code folder}; where that fails, SQLite's own way is taken. */
    static void unpackBelow(Path folder) {
        if (System.getProperty(PATH) != null) {
            return;
        }
        String name = LibraryLoaderUtil.getNativeLibName();
        String resource = LibraryLoaderUtil.getNativeLibResourcePath() + "/" + name;
        try (InputStream packed = SQLiteJDBCLoader.class.getResourceAsStream(resource)) {
            if (packed == null) {
                return;
            }
            byte[] library = packed.readAllBytes();
            Path home = folder.resolve(SQLiteJDBCLoader.getVersion());
            Path file = home.resolve(name);
            if (!Files.exists(file) || !Arrays.equals(Files.readAllBytes(file), library)) {
                removeOthers(folder);
                PrivateFiles.makeFolder(folder);
                PrivateFiles.makeFolder(home);
                Path part = home.resolve(name + ".part");
                PrivateFiles.makeFile(part);
                Files.write(part, library);
                Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
            }
            System.setProperty(PATH, home.toString());
            System.setProperty(NAME, name);
        } catch (IOException noRoom) {
            // Without these properties the library goes to the temporary folder, as it would have.
        }
    }

    /** Removes what other versions and interrupted starts left. */
    private static void removeOthers(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (Stream<Path> left = Files.walk(folder)) {
            for (Path file : left.filter(Files::isRegularFile).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
