package io.bookshelf.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file whose only content is room: given up on a full disk, so that deletes still have a log to be written to. */
final class Reserve {
    private static final int CHUNK = 64 * 1024;
    /** Free bytes without which a transaction is not even tried. */
    private static final long SLACK = 512 * 1024;

    private final Path file;
    private final long bytes;

    Reserve(Path file, long bytes) {
        this.file = file;
        this.bytes = bytes;
    }

    /** True if the disk has room for a transaction, and for the reserve where that is not there. */
    boolean roomToWrite() {
        return usable() >= wantedBytes();
    }

    /** Free bytes that it takes for a transaction, and for the reserve where that is not there. */
    long wantedBytes() {
        return SLACK + (isHeld() ? 0 : bytes);
    }

    /** True if the room is kept. */
    boolean isHeld() {
        return StoreFolder.size(file) >= bytes;
    }

    /** Takes the room if there is enough of it; true if it is kept now. */
    boolean hold() {
        if (isHeld()) {
            return true;
        }
        if (usable() < bytes + SLACK) {
            return false;
        }
        // Not zeros and not sparse: some file systems would keep neither.
        byte[] chunk = new byte[CHUNK];
        for (int i = 0; i < CHUNK; i++) {
            chunk[i] = (byte) (i * 31 + (i >> 8));
        }
        try (FileChannel out = made()) {
            for (long left = bytes; left > 0; left -= CHUNK) {
                ByteBuffer part = ByteBuffer.wrap(chunk, 0, (int) Math.min(CHUNK, left));
                while (part.hasRemaining()) {
                    out.write(part);
                }
            }
            return true;
        } catch (IOException full) {
            release();
            return false;
        }
    }

    private FileChannel made() throws IOException {
        PrivateFiles.makeFile(file);
        return FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
    }

    /** Gives the room to whoever needs it now. */
    void release() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // Then there is no more room than there was.
        }
    }

    private long usable() {
        try {
            return Files.getFileStore(file.toAbsolutePath().getParent()).getUsableSpace();
        } catch (IOException unknown) {
            return Long.MAX_VALUE;
        }
    }
}
