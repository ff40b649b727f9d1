package io.bookshelf.node.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Lines in {@code audit.log}, which only its owner may read. At {@code mostBytes} it becomes {@code audit.log.1}, that one
 * {@code audit.log.2}, and so on; the oldest goes. For one thread.
 */
final class AuditFile {
    private static final int FILES = 4;
    private static final byte[] NOTHING = {};

    private final Path folder;
    private final int mostBytes;

    AuditFile(Path folder, int mostBytes) {
        this.folder = folder;
        this.mostBytes = mostBytes;
    }

    private Path file(int number) {
        return folder.resolve(number == 0 ? "audit.log" : "audit.log." + number);
    }

    /** Appends a line; it is on the disk when this returns. */
    void append(String line) throws IOException {
        Path file = file(0);
        if (Files.exists(file) && Files.size(file) >= mostBytes) {
            for (int i = FILES - 2; i >= 0; i--) {
                if (Files.exists(file(i))) {
                    Files.move(file(i), file(i + 1), StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
        try (FileChannel out = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            ByteBuffer bytes = ByteBuffer.wrap((beginning(out) + line + "\n").getBytes(StandardCharsets.UTF_8));
            out.position(out.size());
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            out.force(false);
        }
    }

    /** A crash may have left half a line. */
    private static String beginning(FileChannel out) throws IOException {
        ByteBuffer last = ByteBuffer.allocate(1);
        return out.size() > 0 && out.read(last, out.size() - 1) == 1 && last.get(0) != '\n' ? "\n" : "";
    }

    /** The last lines, at most so many, the oldest first. */
    List<String> last(int most) throws IOException {
        ArrayDeque<String> lines = new ArrayDeque<>();
        for (int i = FILES - 1; i >= 0; i--) {
            // No file is longer than the bound and one line.
            byte[] bytes = Files.exists(file(i)) ? Files.readAllBytes(file(i)) : NOTHING;
            Arrays.stream(new String(bytes, StandardCharsets.UTF_8).split("\n"))
                    .filter(line -> !line.isBlank())
                    .forEach(line -> {
                        lines.add(line);
                        if (lines.size() > most) {
                            lines.removeFirst();
                        }
                    });
        }
        return List.copyOf(lines);
    }
}
