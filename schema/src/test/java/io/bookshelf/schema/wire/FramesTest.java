package io.bookshelf.schema.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bookshelf.schema.Digest;
import io.bookshelf.schema.DotClock;
import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.Scope;
import io.bookshelf.schema.Seen;
import io.bookshelf.schema.ValueProperties;
import io.bookshelf.schema.Version;
import io.bookshelf.schema.proto.FrameProto;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What goes over the wire must be read by every later version: these bytes stand for ever. */
final class FramesTest {
    private static final Entry VALUE = new Entry(
            Key.of("k/1"),
            "on".getBytes(StandardCharsets.UTF_8),
            false,
            1,
            new ValueProperties(1, "text/plain", "answers", new byte[] {4}, List.of(), "ann", ""),
            new Version(0x0197_A3F2_C1B2_0003L, 0x8F14_E45F_CEEA_167AL),
            7,
            Seen.NOTHING.with(5, 6),
            99,
            0);
    private static final Entry TOMBSTONE = new Entry(
            Key.of("k/2"), new byte[0], true, 0, ValueProperties.NONE, new Version(1, 2), 3, Seen.NOTHING, 0, 0);
    private static final DotClock CLOCK = DotClock.EMPTY.with(-3, 4, 5).with(9, 0, 1);
    private static final Frame.Roots ROOTS = new Frame.Roots(new Digest(1, 2), new Digest(3, 4));

    static List<Frame> frames() {
        return List.of(
                new Frame.Hello(1, 1, 7, 8, new Frame.Cursor(9, 10), false, CLOCK, 11, true),
                new Frame.Entries(1, 3, List.of(VALUE, TOMBSTONE), 4, 5),
                new Frame.Acknowledge(300),
                new Frame.Heartbeat(1, 2, 3, 4, 5, ROOTS, 6, 7, false),
                new Frame.Heartbeat(1, 0, 0, 4, 5, null, 6, 7, true),
                new Frame.AskClock(),
                new Frame.Clock(ROOTS, CLOCK),
                new Frame.Statements(List.of(new Frame.Statement("hall", 1, 2, 3, CLOCK))),
                new Frame.Neighbours(List.of("attic", "hall")),
                new Frame.Items(Scope.NETWORK, List.of(new Frame.Items.Leaf(5, List.of(new Frame.Item(1, 2, 3, 4))))),
                new Frame.Repair(List.of(TOMBSTONE), Scope.NETWORK, List.of(new Frame.Repair.Wanted(6, 7))),
                new Frame.Bye("so"),
                new Frame.Descent(
                        Scope.EVERYWHERE,
                        1,
                        new int[] {31},
                        LongStream.rangeClosed(1, 32).toArray()));
    }

    @Test
    void theBytesOfTheFirstVersionAreReadAndWritten() throws IOException {
        List<String> golden;
        try (InputStream in = Objects.requireNonNull(FramesTest.class.getResourceAsStream("frames-1.hex"))) {
            golden = new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .toList();
        }
        List<Frame> frames = frames();
        assertThat(golden).hasSameSizeAs(frames);
        for (int i = 0; i < frames.size(); i++) {
            assertThat(HexFormat.of().formatHex(Frames.write(frames.get(i)))).isEqualTo(golden.get(i));
            assertThat(Frames.read(HexFormat.of().parseHex(golden.get(i))))
                    .usingRecursiveComparison()
                    .withEqualsForType(Key::equals, Key.class)
                    .isEqualTo(frames.get(i));
        }
    }

    @Test
    void eachFrameComesBackAsItWas() {
        for (Frame frame : frames()) {
            assertThat(Frames.read(Frames.write(frame)))
                    .usingRecursiveComparison()
                    .withEqualsForType(Key::equals, Key.class)
                    .isEqualTo(frame);
        }
    }

    @Test
    void whatALaterVersionAddsIsPassedOver() {
        byte[] laterFrame = HexFormat.of().parseHex("fa0603010203");
        assertThat(Frames.read(laterFrame)).isEqualTo(new Frame.Unknown());
        byte[] laterField = HexFormat.of().parseHex("1a0608ac02f80601");
        assertThat(Frames.read(laterField)).isEqualTo(new Frame.Acknowledge(300));
    }

    @Test
    void garbageIsRefusedInWordsAndNothingElse() {
        SplittableRandom random = new SplittableRandom(7);
        List<byte[]> real = frames().stream().map(Frames::write).toList();
        for (int round = 0; round < 200_000; round++) {
            byte[] bytes = real.get(random.nextInt(real.size())).clone();
            for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            byte[] cut = random.nextInt(4) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)) : bytes;
            try {
                assertThat(Frames.read(cut)).isNotNull();
            } catch (IllegalArgumentException refused) {
                assertThat(refused.getMessage()).isNotBlank();
            }
        }
    }

    @Test
    void whatCannotBeIsRefused() {
        assertThatThrownBy(() -> Frames.read(new byte[] {1, 2, 3}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("not a frame");
        byte[] both = Frames.write(new Frame.Repair(List.of(VALUE), Scope.EVERYWHERE, List.of()));
        FrameProto.Builder changed;
        try {
            changed = FrameProto.parseFrom(both).toBuilder();
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
        changed.getRepairBuilder().getEntriesBuilder(0).setDeleted(true);
        assertThatThrownBy(() -> Frames.read(changed.build().toByteArray()))
                .hasMessage("an entry that is neither a value nor a tombstone");
    }
}
