package io.bookshelf.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** By what a change of a file is noticed; its time alone may be the same after a quick second change. */
record FileStamp(
        @Nullable FileTime modified, long size, @Nullable Object fileKey) {
    private static final Logger log = LoggerFactory.getLogger(FileStamp.class);

    /** Of no file, or of one that is not there. */
    static final FileStamp NONE = new FileStamp(null, 0, null);

    static FileStamp of(@Nullable Path file) {
        if (file == null) {
            return NONE;
        }
        try {
            BasicFileAttributes is = Files.readAttributes(file, BasicFileAttributes.class);
            return new FileStamp(is.lastModifiedTime(), is.size(), is.fileKey());
        } catch (IOException e) {
            log.debug("{}: {}", file, e.toString());
            return NONE;
        }
    }
}
