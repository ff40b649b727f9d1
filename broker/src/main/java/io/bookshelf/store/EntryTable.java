package io.bookshelf.store;

import io.bookshelf.schema.Bucket;
import io.bookshelf.schema.Entry;
import java.nio.ByteBuffer;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How an entry lies in its table. Only what SQLite is asked for has a column of its own, as each column of each row costs a
 * call; the body holds all of it, under a checksum. Not thread-safe: one for each connection.
 */
final class EntryTable {
    static final String COLUMNS = "key,seq,due,body";

    /** {@code due} is when a live entry expires, 0 for never, and -1 for a tombstone. */
    static final String CREATE = "CREATE TABLE entry(key BLOB NOT NULL PRIMARY KEY,seq INTEGER NOT NULL,"
            + "due INTEGER NOT NULL,bucket INTEGER NOT NULL,body BLOB NOT NULL) WITHOUT ROWID";

    static final String CREATE_SEQUENCE = "CREATE UNIQUE INDEX entry_seq ON entry(seq)";
    static final String CREATE_BUCKETS = "CREATE INDEX entry_bucket ON entry(bucket)";
    static final String CREATE_EXPIRY = "CREATE INDEX entry_expiry ON entry(due) WHERE due > 0";
    static final String CREATE_TOMBSTONES = "CREATE INDEX entry_tombstone ON entry(seq) WHERE due < 0";

    static final String INSERT = "INSERT INTO entry(key,seq,due,bucket,body) VALUES(?4,?1,?2,?5,?3)";
    static final String UPDATE = "UPDATE entry SET seq=?1,due=?2,body=?3 WHERE key=?4";
    static final String EXPIRED = "SELECT " + COLUMNS + " FROM entry WHERE due > 0 AND due <= ? ORDER BY due";
    static final String TOMBSTONES =
            "SELECT " + COLUMNS + " FROM entry WHERE due < 0 AND seq > ? AND seq <= ? ORDER BY seq";

    private static final int TOMBSTONE = -1;
    private static final byte[] NOTHING = new byte[0];

    private final EntryCodec codec = new EntryCodec();

    /**
     * A row as it was read.
     *
     * @param key the key's bytes as they stand in the file
     * @param checksum the checksum as it stands in the file
     * @param entry the entry, null if the checksum does not hold
     */
    record Row(
            byte[] key, long seq, long checksum, @Nullable Entry entry) {}

    /** Reads {@link #COLUMNS}. */
    Row read(ResultSet row) throws SQLException {
        byte[] key = bytes(row, 1);
        long seq = row.getLong(2);
        long due = row.getLong(3);
        byte[] body = bytes(row, 4);
        Entry entry = codec.decode(key, body, 0, body.length);
        boolean whole = entry != null && entry.sequence() == seq && due(entry) == due;
        return new Row(key, seq, EntryCodec.checksum(body), whole ? entry : null);
    }

    /** Binds an entry to {@link #INSERT} and returns its checksum. */
    long bindNew(PreparedStatement insert, Entry entry) throws SQLException {
        insert.setInt(5, Bucket.of(entry.key()));
        return bind(insert, entry);
    }

    /** Binds an entry to {@link #UPDATE} and returns its checksum. A key never changes its bucket. */
    long bind(PreparedStatement statement, Entry entry) throws SQLException {
        byte[] key = entry.key().utf8();
        ByteBuffer body = codec.encode(key, entry);
        statement.setLong(1, entry.sequence());
        statement.setLong(2, due(entry));
        statement.setBytes(3, Arrays.copyOf(body.array(), body.limit()));
        statement.setBytes(4, key);
        return body.getLong(0);
    }

    private static long due(Entry entry) {
        return entry.deleted() ? TOMBSTONE : entry.expiresAt();
    }

    private static byte[] bytes(ResultSet row, int column) throws SQLException {
        byte[] bytes = row.getBytes(column);
        return bytes == null ? NOTHING : bytes;
    }
}
