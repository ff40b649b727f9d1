package io.bookshelf.schema.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import java.util.List;
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
        parts.read(piece);
        assertThatThrownBy(() -> parts.read(piece)).hasMessageContaining("more than 400000 bytes");
        byte[] inner = Frames.write(new Frame.Part(new byte[0], true));
        assertThatThrownBy(() -> new Parts(LARGEST).read(Frames.write(new Frame.Part(inner, true))))
                .hasMessageContaining("part of a part");
    }
}
