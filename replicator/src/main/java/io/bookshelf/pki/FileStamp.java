package io.bookshelf.pki;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;

/**
 * By what a change of a file is noticed; its time alone may be the same after a quick second change.
 *
 * @param file null for no file
 * @param modified when it was last modified, null if it cannot be read
 * @param size in bytes
 * @param fileKey which file it is, by whatever name
 */
public record FileStamp(
        @Nullable Path file,
        @Nullable FileTime modified,
        long size,
        @Nullable Object fileKey) {
    /** Of no file. */
    public static final FileStamp NONE = new FileStamp(null, null, 0, null);

    /** A file as it is now. */
    public static FileStamp of(@Nullable Path file) {
        if (file == null) {
            return NONE;
        }
        try {
            BasicFileAttributes is = Files.readAttributes(file, BasicFileAttributes.class);
            return new FileStamp(file, is.lastModifiedTime(), is.size(), is.fileKey());
        } catch (IOException e) {
            return new FileStamp(file, null, 0, null);
        }
    }
}
