package io.bookshelf.schema.wire;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Takes large frames apart and puts them together again, so that on a slow link every piece is a sign of life: a value of 256 KiB
 * may take longer than a peer may be silent. One object for what comes over one link; for one thread.
 */
public final class Parts {
    private static final int PART_BYTES = 16 * 1024;

    /** Most that a frame without entries may be: clocks grow by some 13 bytes for each start that ever wrote something. */
    private static final int LARGEST_CLOCK = 2 * 1024 * 1024;

    private final int largest;
    private ByteString gathered = ByteString.EMPTY;

    /** @param largest most that a frame with entries may be, in bytes */
    public Parts(int largest) {
        this.largest = largest;
    }

    /** The messages that carry a frame, in order: the frame itself where it is small. */
    public static List<byte[]> of(byte[] frame) {
        if (frame.length <= PART_BYTES) {
            return List.of(frame);
        }
        List<byte[]> messages = new ArrayList<>();
        for (int from = 0; from < frame.length; from += PART_BYTES) {
            int to = Math.min(frame.length, from + PART_BYTES);
            messages.add(Frames.write(new Frame.Part(Arrays.copyOfRange(frame, from, to), to == frame.length)));
        }
        return messages;
    }

    /**
     * Reads a message.
     *
     * @return the frame that it completes, or the {@link Frame.Part} that it is
     * @throws IllegalArgumentException if it is none, or out of place; the message says what
     */
    public Frame read(byte[] message) {
        Frame frame = Frames.read(message);
        if (!(frame instanceof Frame.Part part)) {
            if (gathered.size() > 0) {
                throw new IllegalArgumentException("a frame in the middle of another");
            }
            return frame;
        }
        int most = Math.max(largest, LARGEST_CLOCK);
        if (gathered.size() + part.bytes().length > most) {
            throw new IllegalArgumentException("a frame of more than " + most + " bytes");
        }
        gathered = gathered.concat(ByteString.copyFrom(part.bytes()));
        if (!part.last()) {
            return part;
        }
        int size = gathered.size();
        Frame whole = Frames.read(gathered.toByteArray());
        gathered = ByteString.EMPTY;
        if (size > largest && (whole instanceof Frame.Entries || whole instanceof Frame.Repair)) {
            throw new IllegalArgumentException("a frame of more than " + largest + " bytes");
        }
        if (whole instanceof Frame.Part) {
            throw new IllegalArgumentException("a part of a part");
        }
        return whole;
    }
}
