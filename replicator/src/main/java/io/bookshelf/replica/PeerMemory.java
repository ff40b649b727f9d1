package io.bookshelf.replica;

import io.bookshelf.schema.wire.Frame.Cursor;
import java.nio.ByteBuffer;

/**
 * What is kept of a peer's stream.
 *
 * @param boot the start of the peer to which the rest belongs
 * @param cursor its stream has been taken up to here
 * @param whole without a gap since that start began
 * @param ownNetwork the peer's own writes of that start that are covered, in scope NETWORK; 0 unless whole
 * @param ownEverywhere the same in scope EVERYWHERE
 */
record PeerMemory(long boot, long cursor, boolean whole, long ownNetwork, long ownEverywhere) {
    private static final int BYTES = 4 * Long.BYTES + 1;

    Cursor position() {
        return new Cursor(boot, cursor);
    }

    /** This, with what an earlier row of the same start has claimed already. */
    PeerMemory claimingAtLeast(PeerMemory before) {
        return new PeerMemory(
                boot,
                cursor,
                whole,
                Math.max(ownNetwork, before.ownNetwork),
                Math.max(ownEverywhere, before.ownEverywhere));
    }

    /** This where damage was met since. */
    PeerMemory withoutClaims() {
        return new PeerMemory(boot, cursor, false, 0, 0);
    }

    byte[] toBytes() {
        return ByteBuffer.allocate(BYTES)
                .putLong(boot)
                .putLong(cursor)
                .putLong(ownNetwork)
                .putLong(ownEverywhere)
                .put((byte) (whole ? 1 : 0))
                .array();
    }

    static PeerMemory fromBytes(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("a peer's row of " + bytes.length + " bytes");
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        long boot = in.getLong();
        long cursor = in.getLong();
        long ownNetwork = in.getLong();
        long ownEverywhere = in.getLong();
        return new PeerMemory(boot, cursor, in.get() != 0, ownNetwork, ownEverywhere);
    }
}
