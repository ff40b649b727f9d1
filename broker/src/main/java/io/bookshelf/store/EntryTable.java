package io.bookshelf.store;

import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.Seen;
import io.bookshelf.schema.ValueProperties;
import io.bookshelf.schema.Version;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * How an entry lies in its table, and the checksum that vouches for it. Not thread-safe: one for each connection.
 *
 * <p>{@code signature} and {@code sealed} are for later versions; this one only checks them.
 */
final class EntryTable {
    /** The value stands last, so that a large one does not push the other columns onto overflow pages. */
    static final String COLUMNS =
            "key,seq,stamp,replica,counter,deleted,qos,expires_at,checksum,signature,sealed,seen,properties,value";

    static final String CREATE = "CREATE TABLE entry(key BLOB NOT NULL PRIMARY KEY,seq INTEGER NOT NULL,"
            + "stamp INTEGER NOT NULL,replica INTEGER NOT NULL,counter INTEGER NOT NULL,deleted INTEGER NOT NULL,"
            + "qos INTEGER NOT NULL,expires_at INTEGER NOT NULL,checksum INTEGER NOT NULL,"
            + "signature BLOB,sealed BLOB,seen BLOB,properties BLOB,value BLOB) WITHOUT ROWID";
    static final String CREATE_SEQUENCE = "CREATE UNIQUE INDEX entry_seq ON entry(seq)";
    static final String CREATE_EXPIRY =
            "CREATE INDEX entry_expiry ON entry(expires_at) WHERE expires_at > 0 AND deleted = 0";
    static final String CREATE_TOMBSTONES = "CREATE INDEX entry_tombstone ON entry(seq) WHERE deleted = 1";

    static final String INSERT = "INSERT INTO entry(key,seq,stamp,replica,counter,deleted,qos,expires_at,checksum,"
            + "seen,properties,value) VALUES(?12,?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11)";
    static final String UPDATE = "UPDATE entry SET seq=?1,stamp=?2,replica=?3,counter=?4,deleted=?5,qos=?6,"
            + "expires_at=?7,checksum=?8,signature=NULL,sealed=NULL,seen=?9,properties=?10,value=?11 WHERE key=?12";

    private static final byte[] NOTHING = new byte[0];

    private final CRC32C crc = new CRC32C();
    private final ByteBuffer fixed = ByteBuffer.allocate(80);

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
        long stamp = row.getLong(3);
        long replica = row.getLong(4);
        long counter = row.getLong(5);
        int deleted = row.getInt(6);
        int qos = row.getInt(7);
        long expiresAt = row.getLong(8);
        long checksum = row.getLong(9);
        byte[] signature = row.getBytes(10);
        byte[] sealed = row.getBytes(11);
        byte[] seen = bytes(row, 12);
        byte[] properties = bytes(row, 13);
        byte[] value = bytes(row, 14);
        begin(seq, stamp, replica, counter, deleted, qos, expiresAt);
        finish(key, seen, properties, value);
        if (signature != null || sealed != null) {
            lengthAndBytes(signature == null ? NOTHING : signature);
            lengthAndBytes(sealed == null ? NOTHING : sealed);
        }
        if (crc.getValue() != checksum) {
            return new Row(key, seq, checksum, null);
        }
        return new Row(
                key,
                seq,
                checksum,
                entry(
                        key,
                        value,
                        deleted,
                        qos,
                        properties,
                        new Version(stamp, replica),
                        counter,
                        seen,
                        expiresAt,
                        seq));
    }

    /** What vouches for an entry. */
    long checksum(Entry entry) {
        Version version = entry.version();
        begin(
                entry.sequence(),
                version.stamp(),
                version.replica(),
                entry.counter(),
                entry.deleted() ? 1 : 0,
                entry.qos(),
                entry.expiresAt());
        return finish(
                entry.key().utf8(), entry.seen().toBytes(), entry.properties().toBytes(), entry.value());
    }

    /** The entry of these fields, null if the checksum does not vouch for them. */
    @Nullable
    Entry whole(
            long checksum,
            byte[] key,
            byte[] value,
            int deleted,
            int qos,
            byte[] properties,
            Version version,
            long counter,
            byte[] seen,
            long expiresAt,
            long seq) {
        begin(seq, version.stamp(), version.replica(), counter, deleted, qos, expiresAt);
        return finish(key, seen, properties, value) == checksum
                ? entry(key, value, deleted, qos, properties, version, counter, seen, expiresAt, seq)
                : null;
    }

    private static @Nullable Entry entry(
            byte[] key,
            byte[] value,
            int deleted,
            int qos,
            byte[] properties,
            Version version,
            long counter,
            byte[] seen,
            long expiresAt,
            long seq) {
        try {
            return new Entry(
                    Key.of(new String(key, StandardCharsets.UTF_8)),
                    value,
                    deleted != 0,
                    qos,
                    ValueProperties.fromBytes(properties),
                    version,
                    counter,
                    Seen.fromBytes(seen),
                    expiresAt,
                    seq);
        } catch (IllegalArgumentException notAnEntry) {
            return null;
        }
    }

    /** Binds an entry to {@link #INSERT} or {@link #UPDATE} and returns its checksum. */
    long bind(PreparedStatement statement, Entry entry) throws SQLException {
        byte[] key = entry.key().utf8();
        byte[] seen = entry.seen().toBytes();
        byte[] properties = entry.properties().toBytes();
        int deleted = entry.deleted() ? 1 : 0;
        Version version = entry.version();
        begin(
                entry.sequence(),
                version.stamp(),
                version.replica(),
                entry.counter(),
                deleted,
                entry.qos(),
                entry.expiresAt());
        long checksum = finish(key, seen, properties, entry.value());
        statement.setLong(1, entry.sequence());
        statement.setLong(2, version.stamp());
        statement.setLong(3, version.replica());
        statement.setLong(4, entry.counter());
        statement.setInt(5, deleted);
        statement.setInt(6, entry.qos());
        statement.setLong(7, entry.expiresAt());
        statement.setLong(8, checksum);
        statement.setBytes(9, orNull(seen));
        statement.setBytes(10, orNull(properties));
        statement.setBytes(11, orNull(entry.value()));
        statement.setBytes(12, key);
        return checksum;
    }

    private void begin(long seq, long stamp, long replica, long counter, int deleted, int qos, long expiresAt) {
        crc.reset();
        fixed.clear();
        fixed.putLong(seq)
                .putLong(stamp)
                .putLong(replica)
                .putLong(counter)
                .putLong(expiresAt)
                .putInt(deleted)
                .putInt(qos);
    }

    private long finish(byte[] key, byte[] seen, byte[] properties, byte[] value) {
        fixed.putInt(key.length).putInt(seen.length).putInt(properties.length).putInt(value.length);
        crc.update(fixed.array(), 0, fixed.position());
        crc.update(key, 0, key.length);
        crc.update(seen, 0, seen.length);
        crc.update(properties, 0, properties.length);
        crc.update(value, 0, value.length);
        return crc.getValue();
    }

    private void lengthAndBytes(byte[] bytes) {
        fixed.clear();
        fixed.putInt(bytes.length);
        crc.update(fixed.array(), 0, fixed.position());
        crc.update(bytes, 0, bytes.length);
    }

    private static byte[] bytes(ResultSet row, int column) throws SQLException {
        byte[] bytes = row.getBytes(column);
        return bytes == null ? NOTHING : bytes;
    }

    private static byte @Nullable [] orNull(byte[] bytes) {
        return bytes.length == 0 ? null : bytes;
    }
}
