package io.bookshelf.pki;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;

/** By what a change of a file is noticed; its time alone may be the same after a quick second change. */
record FileStamp(
        Path file,
        @Nullable FileTime modified,
        long size,
        @Nullable Object fileKey) {
    static FileStamp of(Path file) {
        try {
            BasicFileAttributes is = Files.readAttributes(file, BasicFileAttributes.class);
            return new FileStamp(file, is.lastModifiedTime(), is.size(), is.fileKey());
        } catch (IOException e) {
            return new FileStamp(file, null, 0, null);
        }
    }
}
