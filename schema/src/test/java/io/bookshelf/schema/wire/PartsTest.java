package io.bookshelf.schema.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bookshelf.schema.DotClock;
import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.Seen;
import io.bookshelf.schema.ValueProperties;
import io.bookshelf.schema.Version;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class PartsTest {
    private static final int LARGEST = 400_000;

    private final Parts parts = new Parts(LARGEST);

    private static Frame bye(int length) {
        return new Frame.Bye("x".repeat(length));
    }

    @Test
    void aLargeFrameTravelsInPiecesOfWhichTheLastOneIsTheWhole() {
        List<byte[]> messages = Parts.of(Frames.write(bye(300_000)));
        assertThat(messages).hasSize(19).allMatch(message -> message.length < 17_000);
        for (byte[] message : messages.subList(0, 18)) {
            assertThat(parts.read(message)).isInstanceOf(Frame.Part.class);
        }
        assertThat(parts.read(messages.getLast())).isEqualTo(bye(300_000));
        assertThat(parts.read(Frames.write(bye(1)))).isEqualTo(bye(1));
    }

    @Test
    void aSmallFrameIsSentAsItIs() {
        byte[] frame = Frames.write(bye(100));
        assertThat(Parts.of(frame)).containsExactly(frame);
    }

    @Test
    void theBytesOfAPieceStandForEver() {
        byte[] golden = HexFormat.of().parseHex("6a060a0201021001");
        assertThat(Frames.write(new Frame.Part(new byte[] {1, 2}, true))).isEqualTo(golden);
        assertThat(Frames.read(golden)).isInstanceOfSatisfying(Frame.Part.class, part -> assertThat(part.bytes())
                .containsExactly(1, 2));
    }

    @Test
    void nothingComesBetweenThePiecesAndTheyDoNotAddUpToMoreThanAFrame() {
        byte[] piece = Frames.write(new Frame.Part(new byte[150_000], false));
        parts.read(piece);
        assertThatThrownBy(() -> parts.read(Frames.write(bye(1)))).hasMessageContaining("middle of another");
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 15; i++) {
                        parts.read(piece);
                    }
                })
                .hasMessageContaining("more than 2097152 bytes");
        byte[] inner = Frames.write(new Frame.Part(new byte[0], true));
        assertThatThrownBy(() -> new Parts(LARGEST).read(Frames.write(new Frame.Part(inner, true))))
                .hasMessageContaining("part of a part");
    }

    /** The limit of values is none of clocks: else a network would fall apart once its units had started often enough. */
    @Test
    void aClockMayBeLargerThanAnyFrameWithEntries() {
        long[] authors = LongStream.rangeClosed(1, 60_000)
                .map(i -> i * 0x9E3779B97F4A7C15L)
                .sorted()
                .toArray();
        DotClock clock = DotClock.of(authors, authors.clone(), authors.clone());
        Frame frame = new Frame.Statements(List.of(new Frame.Statement("hall", 1, 2, 3, clock)));
        byte[] bytes = Frames.write(frame);
        assertThat(bytes.length).isGreaterThan(LARGEST);
        assertThat(gathered(bytes)).isEqualTo(frame);

        byte[] entries = Frames.write(new Frame.Entries(0, 1, List.of(entry(LARGEST)), 0, 0));
        assertThatThrownBy(() -> gathered(entries)).hasMessageContaining("more than 400000 bytes");
    }

    private Frame gathered(byte[] frame) {
        Frame last = new Frame.Unknown();
        for (byte[] message : Parts.of(frame)) {
            last = parts.read(message);
        }
        return last;
    }

    private static Entry entry(int bytes) {
        return new Entry(
                Key.of("k"), new byte[bytes], false, 0, ValueProperties.NONE, new Version(1, 2), 3, Seen.NOTHING, 0, 1);
    }
}
