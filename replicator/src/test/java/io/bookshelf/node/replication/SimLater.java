package io.bookshelf.node.replication;

import io.bookshelf.schema.wire.Frame;
import io.bookshelf.schema.wire.Frames;
import java.util.Arrays;

/** A unit of a later version, as far as this one can tell: it speaks a newer protocol too, and says more than is understood. */
final class SimLater {
    /** Field 1,000 as a varint: protobuf readers pass what they do not know. */
    private static final byte[] FIELD = {(byte) 0xC0, 0x3E, 0x07};

    /** A frame with nothing in it that this version knows. */
    static final byte[] UNKNOWN = FIELD;

    private SimLater() {}

    /** The frame as such a unit would write it. */
    static byte[] speak(Frame frame, byte[] bytes) {
        byte[] known = frame instanceof Frame.Hello hello ? Frames.write(newer(hello)) : bytes;
        byte[] more = Arrays.copyOf(known, known.length + FIELD.length);
        System.arraycopy(FIELD, 0, more, known.length, FIELD.length);
        return more;
    }

    private static Frame newer(Frame.Hello hello) {
        return new Frame.Hello(
                Frame.PROTOCOL + 1,
                Frame.OLDEST_PROTOCOL,
                hello.boot(),
                hello.began(),
                hello.cursor(),
                hello.empty(),
                hello.clock(),
                hello.wallMillis(),
                hello.wallKnown(),
                hello.revocations());
    }
}
