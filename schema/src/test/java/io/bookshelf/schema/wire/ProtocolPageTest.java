package io.bookshelf.schema.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.schema.Bucket;
import io.bookshelf.schema.Digest;
import io.bookshelf.schema.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What {@code docs/protocol.md} shows to those who write another unit is what this one does. */
final class ProtocolPageTest {
    private static List<String> page() throws IOException {
        Path page = Stream.of("../docs/protocol.md", "docs/protocol.md")
                .map(Path::of)
                .filter(Files::exists)
                .findFirst()
                .orElseThrow();
        return Files.readAllLines(page);
    }

    /** The bytes of each block of the language hex: a line has bytes, then blanks, then what they are. */
    private static List<String> blocks(List<String> page) {
        List<String> blocks = new ArrayList<>();
        StringBuilder block = null;
        for (String line : page) {
            if (line.equals("```hex")) {
                block = new StringBuilder();
            } else if (block != null && line.equals("```")) {
                blocks.add(block.toString());
                block = null;
            } else if (block != null) {
                block.append(line.strip().split(" {2,}", 2)[0].replace(" ", ""));
            }
        }
        return blocks;
    }

    @Test
    void showsTheBytesOfEveryFrame() throws IOException {
        List<String> written = FramesTest.frames().stream()
                .map(frame -> HexFormat.of().formatHex(Frames.write(frame)))
                .toList();
        assertThat(blocks(page())).isEqualTo(written);
    }

    @Test
    void showsTheDigestsOfItsExamples() throws IOException {
        Frame.Hello hello = (Frame.Hello) FramesTest.frames().get(0);
        Entry entry = ((Frame.Entries) FramesTest.frames().get(1)).entries().getFirst();
        HexFormat hex = HexFormat.of();
        assertThat(String.join("\n", page()))
                .contains("has the leaf " + Bucket.of(entry.key()) + ", the key hash `"
                        + hex.toHexDigits(Digest.ofKey(entry.key())) + "` and the digest `" + Digest.of(entry) + "`")
                .contains("has `" + hex.toHexDigits(hello.clock().hash()) + "`");
    }
}
