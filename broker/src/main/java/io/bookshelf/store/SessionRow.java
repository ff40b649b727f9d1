package io.bookshelf.store;

import io.bookshelf.schema.Key;
import io.bookshelf.schema.ValueProperties;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A row of one of the sessions' tables: whose it is, which one of theirs, and its fields as bytes. All these tables have the
 * same four columns; fields that a later version appends are passed over. The kept rows of whoever stands above have the same
 * shape: the name stands for the client.
 */
record SessionRow(Id id, byte[] body) {
    /** The tables. What {@code item} says differs: a packet id, a number, a filter, or nothing (0). */
    enum Table {
        SESSION("session"),
        CURSOR("session_cursor"),
        LAST_EVENT("session_last_event"),
        SUBSCRIPTION("subscription"),
        IN_FLIGHT("inflight"),
        INCOMING("incoming"),
        EVENT("event"),
        WILL("will"),
        KEPT("kept");

        final String sqlName;

        Table(String sqlName) {
            this.sqlName = sqlName;
        }

        /** True if it goes when its session ends. */
        boolean endsWithSession() {
            return this != WILL && this != KEPT;
        }

        /** True if a session that lost a row of it must not be taken for whole. */
        boolean isIndispensable() {
            return this == SESSION || this == SUBSCRIPTION || this == IN_FLIGHT || this == INCOMING;
        }

        String create() {
            return "CREATE TABLE " + sqlName + "(client BLOB NOT NULL,item "
                    + (this == SUBSCRIPTION ? "BLOB" : "INTEGER")
                    + " NOT NULL,checksum INTEGER NOT NULL,body BLOB NOT NULL,PRIMARY KEY(client,item)) WITHOUT ROWID";
        }
    }

    /** That of no row: others are not negative. */
    static final long NO_CHECKSUM = -1;

    /** Where a row is; {@code filter} is empty except for a subscription, which has no number. */
    record Id(Table table, String client, long number, String filter) {}

    static Id id(Table table, String client) {
        return new Id(table, client, 0, "");
    }

    static Id id(Table table, String client, long number) {
        return new Id(table, client, number, "");
    }

    /** Stands, under {@link #NO_CHECKSUM}, for a subscription of which nothing is known: no filter is empty. */
    static SessionRow unknown(String client) {
        return new SessionRow(new Id(Table.SUBSCRIPTION, client, 0, ""), new byte[0]);
    }

    static SessionRow ofKept(String name, byte[] value) {
        return new SessionRow(id(Table.KEPT, name), value);
    }

    static SessionRow of(SessionChange.SaveSession s) {
        byte[] holder = holder(s.holder());
        ByteBuffer out = ByteBuffer.allocate(3 * Long.BYTES + holder.length);
        out.putLong(s.expirySeconds()).putLong(s.disconnectedAt()).putLong(s.cursor());
        out.put(holder);
        return new SessionRow(id(Table.SESSION, s.clientId()), out.array());
    }

    static SessionRow ofNumber(Table table, String client, long number) {
        return new SessionRow(id(table, client), longs(number));
    }

    static SessionRow of(SessionChange.SaveIncoming i) {
        return new SessionRow(id(Table.INCOMING, i.clientId(), i.packetId()), new byte[0]);
    }

    static SessionRow of(SessionChange.Subscribe s) {
        return new SessionRow(
                new Id(Table.SUBSCRIPTION, s.clientId(), 0, s.filter()),
                longs(s.options(), s.identifier(), s.snapshotPending() ? 1 : 0, s.order()));
    }

    static SessionRow of(SessionChange.SaveInFlight p) {
        byte[] key = p.key() == null ? new byte[0] : p.key().utf8();
        ByteBuffer out = ByteBuffer.allocate(4 * Long.BYTES + 4 + key.length);
        out.putLong(p.qos()).putLong(p.event()).putLong(p.released() ? 1 : 0).putLong(p.order());
        put(out, key);
        return new SessionRow(id(Table.IN_FLIGHT, p.clientId(), p.packetId()), out.array());
    }

    static SessionRow of(SessionChange.QueuedEvent e) {
        byte[] topic = e.topic().getBytes(StandardCharsets.UTF_8);
        byte[] properties = e.properties().toBytes();
        int[] ids = e.subscriptionIds();
        ByteBuffer out = ByteBuffer.allocate(
                5 * Long.BYTES + 4 * 4 + 4 * ids.length + topic.length + properties.length + e.payload().length);
        out.putLong(e.afterSequence()).putLong(e.qos()).putLong(e.retain() ? 1 : 0);
        out.putLong(e.expiresAt()).putLong(e.queuedAt()).putInt(ids.length);
        for (int id : ids) {
            out.putInt(id);
        }
        put(out, topic);
        put(out, properties);
        put(out, e.payload());
        return new SessionRow(id(Table.EVENT, e.clientId(), e.number()), out.array());
    }

    static SessionRow of(SessionChange.SaveWill w) {
        byte[] topic = w.topic().getBytes(StandardCharsets.UTF_8);
        byte[] properties = w.properties().toBytes();
        byte[] holder = holder(w.holder());
        ByteBuffer out = ByteBuffer.allocate(
                5 * Long.BYTES + 3 * 4 + topic.length + properties.length + w.payload().length + holder.length);
        out.putLong(w.qos()).putLong(w.retain() ? 1 : 0);
        out.putLong(w.delaySeconds()).putLong(w.fireAt()).putLong(w.expirySeconds());
        put(out, topic);
        put(out, properties);
        put(out, w.payload());
        out.put(holder);
        return new SessionRow(id(Table.WILL, w.clientId()), out.array());
    }

    SessionChange.SaveSession session() {
        ByteBuffer in = ByteBuffer.wrap(body);
        long expirySeconds = in.getLong();
        long disconnectedAt = in.getLong();
        long cursor = in.getLong();
        return new SessionChange.SaveSession(id.client, expirySeconds, disconnectedAt, cursor, holder(in));
    }

    /** Behind the fields that former versions know; nothing for nobody, so that their rows stay what they were. */
    private static byte[] holder(@Nullable Holder holder) {
        if (holder == null) {
            return new byte[0];
        }
        byte[] user = holder.user().getBytes(StandardCharsets.UTF_8);
        byte[] proof = holder.proof().getBytes(StandardCharsets.UTF_8);
        ByteBuffer out = ByteBuffer.allocate(2 * 4 + user.length + proof.length);
        put(out, user);
        put(out, proof);
        return out.array();
    }

    private static @Nullable Holder holder(ByteBuffer in) {
        return in.hasRemaining() ? new Holder(text(in), text(in)) : null;
    }

    /** The single number that a cursor and a last event are. */
    long number() {
        return ByteBuffer.wrap(body).getLong();
    }

    SessionChange.Subscribe subscription() {
        ByteBuffer in = ByteBuffer.wrap(body);
        return new SessionChange.Subscribe(
                id.client, id.filter, (int) in.getLong(), (int) in.getLong(), in.getLong() != 0, in.getLong());
    }

    SessionChange.SaveInFlight inFlight() {
        ByteBuffer in = ByteBuffer.wrap(body);
        int qos = (int) in.getLong();
        long event = in.getLong();
        boolean released = in.getLong() != 0;
        long order = in.getLong();
        String name = text(in);
        Key key = name.isEmpty() ? null : Key.of(name);
        return new SessionChange.SaveInFlight(id.client, (int) id.number, qos, key, event, released, order);
    }

    SessionChange.QueuedEvent event() {
        ByteBuffer in = ByteBuffer.wrap(body);
        long afterSequence = in.getLong();
        int qos = (int) in.getLong();
        boolean retain = in.getLong() != 0;
        long expiresAt = in.getLong();
        long queuedAt = in.getLong();
        int[] ids = new int[in.getInt()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = in.getInt();
        }
        String topic = text(in);
        ValueProperties properties = ValueProperties.fromBytes(bytes(in));
        return new SessionChange.QueuedEvent(
                id.client,
                id.number,
                afterSequence,
                topic,
                bytes(in),
                qos,
                retain,
                ids,
                properties,
                expiresAt,
                queuedAt);
    }

    SessionChange.SaveWill will() {
        ByteBuffer in = ByteBuffer.wrap(body);
        int qos = (int) in.getLong();
        boolean retain = in.getLong() != 0;
        long delay = in.getLong();
        long fireAt = in.getLong();
        long expiry = in.getLong();
        String topic = text(in);
        ValueProperties properties = ValueProperties.fromBytes(bytes(in));
        byte[] payload = bytes(in);
        return new SessionChange.SaveWill(
                id.client, topic, payload, qos, retain, properties, delay, fireAt, expiry, holder(in));
    }

    /** What vouches for the row: over the table, the client, the item and the body. */
    long checksum() {
        byte[] client = id.client.getBytes(StandardCharsets.UTF_8);
        byte[] filter = id.filter.getBytes(StandardCharsets.UTF_8);
        CRC32C crc = new CRC32C();
        ByteBuffer fixed = ByteBuffer.allocate(Long.BYTES + 4 * 4);
        fixed.putInt(id.table.ordinal()).putLong(id.number);
        fixed.putInt(client.length).putInt(filter.length).putInt(body.length);
        crc.update(fixed.array());
        crc.update(client);
        crc.update(filter);
        crc.update(body);
        return crc.getValue();
    }

    private static byte[] longs(long... values) {
        ByteBuffer out = ByteBuffer.allocate(values.length * Long.BYTES);
        out.asLongBuffer().put(values);
        return out.array();
    }

    private static void put(ByteBuffer out, byte[] bytes) {
        out.putInt(bytes.length).put(bytes);
    }

    private static byte[] bytes(ByteBuffer in) {
        byte[] bytes = new byte[in.getInt()];
        in.get(bytes);
        return bytes;
    }

    private static String text(ByteBuffer in) {
        return new String(bytes(in), StandardCharsets.UTF_8);
    }

    /** True if the two are the same row with the same fields. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SessionRow that && id.equals(that.id) && java.util.Arrays.equals(body, that.body);
    }

    @Override
    public int hashCode() {
        return id.hashCode();
    }
}
