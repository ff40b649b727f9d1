package io.bookshelf.it;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** MQTT 5 properties in the order of the wire. Values are Long, String, byte[] or {@link Pair}. */
final class Props {
    static final int PAYLOAD_FORMAT = 0x01;
    static final int MESSAGE_EXPIRY = 0x02;
    static final int CONTENT_TYPE = 0x03;
    static final int RESPONSE_TOPIC = 0x08;
    static final int CORRELATION_DATA = 0x09;
    static final int SUBSCRIPTION_ID = 0x0B;
    static final int SESSION_EXPIRY = 0x11;
    static final int ASSIGNED_CLIENT_ID = 0x12;
    static final int SERVER_KEEP_ALIVE = 0x13;
    static final int REQUEST_PROBLEM_INFORMATION = 0x17;
    static final int WILL_DELAY = 0x18;
    static final int REASON_STRING = 0x1F;
    static final int RECEIVE_MAXIMUM = 0x21;
    static final int TOPIC_ALIAS_MAXIMUM = 0x22;
    static final int TOPIC_ALIAS = 0x23;
    static final int MAXIMUM_QOS = 0x24;
    static final int RETAIN_AVAILABLE = 0x25;
    static final int USER = 0x26;
    static final int MAXIMUM_PACKET_SIZE = 0x27;
    static final int WILDCARD_AVAILABLE = 0x28;
    static final int SUBSCRIPTION_IDS_AVAILABLE = 0x29;
    static final int SHARED_AVAILABLE = 0x2A;

    /** A user property. */
    record Pair(String name, String value) {}

    private record Item(int id, Object value) {}

    private final List<Item> items = new ArrayList<>();

    static Props none() {
        return new Props();
    }

    Props with(int id, long value) {
        items.add(new Item(id, value));
        return this;
    }

    Props with(int id, String value) {
        items.add(new Item(id, value));
        return this;
    }

    Props with(int id, byte[] value) {
        items.add(new Item(id, value));
        return this;
    }

    Props user(String name, String value) {
        items.add(new Item(USER, new Pair(name, value)));
        return this;
    }

    @Nullable
    Long number(int id) {
        return (Long) first(id);
    }

    @Nullable
    String text(int id) {
        return (String) first(id);
    }

    byte @Nullable [] bytes(int id) {
        return (byte[]) first(id);
    }

    /** The value of the first user property of that name. */
    @Nullable
    String user(String name) {
        return items.stream()
                .filter(item -> item.value instanceof Pair pair && pair.name.equals(name))
                .map(item -> ((Pair) item.value).value)
                .findFirst()
                .orElse(null);
    }

    List<Pair> users() {
        return items.stream()
                .filter(item -> item.id == USER)
                .map(item -> (Pair) item.value)
                .toList();
    }

    List<Long> subscriptionIds() {
        return items.stream()
                .filter(item -> item.id == SUBSCRIPTION_ID)
                .map(item -> (Long) item.value)
                .toList();
    }

    private @Nullable Object first(int id) {
        return items.stream()
                .filter(item -> item.id == id)
                .map(Item::value)
                .findFirst()
                .orElse(null);
    }

    /** With the length before them, as they stand in a packet. */
    byte[] toBytes() {
        Bytes out = new Bytes();
        for (Item item : items) {
            out.u8(item.id);
            switch (item.value) {
                case String text -> out.string(text);
                case byte[] bytes -> out.binary(bytes);
                case Pair pair -> out.string(pair.name).string(pair.value);
                case Long number -> writeNumber(out, item.id, number);
                default -> throw new IllegalStateException("no such value: " + item.value);
            }
        }
        byte[] body = out.toArray();
        return new Bytes().varint(body.length).raw(body).toArray();
    }

    private static void writeNumber(Bytes out, int id, long number) {
        switch (width(id)) {
            case 1 -> out.u8((int) number);
            case 2 -> out.u16((int) number);
            case 4 -> out.u32(number);
            default -> out.varint((int) number);
        }
    }

    /** Bytes of a number property; 0 for a variable byte integer, -1 for what is no number. */
    private static int width(int id) {
        return switch (id) {
            case 0x01, 0x17, 0x19, 0x24, 0x25, 0x28, 0x29, 0x2A -> 1;
            case 0x13, 0x21, 0x22, 0x23 -> 2;
            case 0x02, 0x11, 0x18, 0x27 -> 4;
            case 0x0B -> 0;
            default -> -1;
        };
    }

    /** Reads properties at the buffer's position and leaves it behind them. */
    static Props read(ByteBuffer in) {
        int length = Packet.varint(in);
        int end = in.position() + length;
        Props props = new Props();
        while (in.position() < end) {
            int id = in.get() & 0xFF;
            switch (id) {
                case USER -> props.user(Packet.string(in), Packet.string(in));
                case 0x03, 0x08, 0x12, 0x15, 0x1A, 0x1C, 0x1F -> props.with(id, Packet.string(in));
                case 0x09, 0x16 -> props.with(id, Packet.binary(in));
                default -> props.with(id, number(in, id));
            }
        }
        return props;
    }

    private static long number(ByteBuffer in, int id) {
        return switch (width(id)) {
            case 1 -> in.get() & 0xFF;
            case 2 -> in.getShort() & 0xFFFF;
            case 4 -> in.getInt() & 0xFFFFFFFFL;
            case 0 -> Packet.varint(in);
            default -> throw new AssertionError("no such property: 0x" + Integer.toHexString(id));
        };
    }

    @Override
    public String toString() {
        return items.toString();
    }
}
