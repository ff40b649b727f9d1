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
 * @param epoch the epoch of claims to which it belongs; 0, which is not written, before any were given up
 */
record PeerMemory(long boot, long cursor, boolean whole, long ownNetwork, long ownEverywhere, long epoch) {
    private static final int BYTES = 4 * Long.BYTES + 1;
    private static final int BYTES_WITH_EPOCH = BYTES + Long.BYTES;

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
                Math.max(ownEverywhere, before.ownEverywhere),
                epoch);
    }

    /** This where damage was met since: what has been taken may be lost. */
    PeerMemory withoutClaims(long nextEpoch) {
        return new PeerMemory(boot, cursor, false, 0, 0, nextEpoch);
    }

    /** This where what the peer said of itself is to be heard again; its stream has been taken all the same. */
    PeerMemory unheard(long nextEpoch) {
        return new PeerMemory(boot, cursor, whole, 0, 0, nextEpoch);
    }

    byte[] toBytes() {
        ByteBuffer out = ByteBuffer.allocate(epoch == 0 ? BYTES : BYTES_WITH_EPOCH)
                .putLong(boot)
                .putLong(cursor)
                .putLong(ownNetwork)
                .putLong(ownEverywhere)
                .put((byte) (whole ? 1 : 0));
        return epoch == 0 ? out.array() : out.putLong(epoch).array();
    }

    static PeerMemory fromBytes(byte[] bytes) {
        if (bytes.length != BYTES && bytes.length != BYTES_WITH_EPOCH) {
            throw new IllegalArgumentException("a peer's row of " + bytes.length + " bytes");
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        long boot = in.getLong();
        long cursor = in.getLong();
        long ownNetwork = in.getLong();
        long ownEverywhere = in.getLong();
        boolean whole = in.get() != 0;
        return new PeerMemory(boot, cursor, whole, ownNetwork, ownEverywhere, in.hasRemaining() ? in.getLong() : 0);
    }
}
