package io.bookshelf.broker.mqtt;

import io.bookshelf.broker.metrics.BrokerCounters;
import io.bookshelf.broker.peer.PeerDoor;
import io.bookshelf.broker.session.Delivery;
import io.bookshelf.broker.session.Message;
import io.bookshelf.schema.ValueProperties;
import io.bookshelf.schema.Version;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.mqtt.MqttMessage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Writes packets to a channel. The frequent ones are encoded here, many into one buffer, so that a burst costs one write;
 * the rare ones go through Netty's encoder.
 */
final class PacketWriter {
    private static final int WRITE_AT = 16 * 1024;

    private final ChannelHandlerContext channel;
    private final BrokerCounters counters;
    private final LongFunction<String> unitOf;
    private final Map<String, Integer> aliases = new HashMap<>();
    private @Nullable ByteBuf pending;
    private boolean version5;
    private int aliasMaximum;
    private long packetMaximum = Long.MAX_VALUE;
    private boolean reasonStrings = true;
    private boolean versions;

    PacketWriter(ChannelHandlerContext channel, BrokerCounters counters, LongFunction<String> unitOf) {
        this.channel = channel;
        this.counters = counters;
        this.unitOf = unitOf;
    }

    /** What the client's CONNECT said of what it takes. */
    void clientTakes(ClientSettings said) {
        version5 = said.version5();
        aliasMaximum = said.topicAliasMaximum();
        packetMaximum = said.maximumPacketSize();
        reasonStrings = said.problemInformation();
        versions = said.versions() && said.problemInformation();
    }

    boolean reasonStrings() {
        return reasonStrings;
    }

    /**
     * PUBACK, PUBREC, PUBREL or PUBCOMP; all but the packet id is left out where it is success without more to say, or the
     * client is older than MQTT 5, and what makes the packet larger than the client takes.
     *
     * @param why the reason string, null for none
     * @param version the version of what was stored, for who asked for it; null for none
     */
    void reply(int firstByte, int packetId, int reason, @Nullable String why, @Nullable Version version) {
        ByteBuf out = buffer(64);
        out.writeByte(firstByte);
        ByteBuf more = version5 && (reason != Reason.SUCCESS || why != null || version != null && versions)
                ? more(version == null || !versions ? null : version, why)
                : Unpooled.EMPTY_BUFFER;
        if (reason == Reason.SUCCESS && !more.isReadable() || !version5) {
            out.writeByte(2).writeShort(packetId);
        } else {
            int properties = more.readableBytes();
            writeVarint(out, 3 + varintLength(properties) + properties);
            out.writeShort(packetId).writeByte(reason);
            writeVarint(out, properties);
            out.writeBytes(more);
        }
        written(out);
    }

    /** The properties of a reply, the more important first, as far as the client takes them. */
    private ByteBuf more(@Nullable Version version, @Nullable String why) {
        ByteBuf all = Unpooled.buffer(128);
        if (version != null) {
            userProperty(all, Properties.VERSION, version.toString());
            dropIfTooLarge(all, 0);
        }
        if (why != null && reasonStrings) {
            int before = all.writerIndex();
            text(all.writeByte(Properties.REASON_STRING), why);
            dropIfTooLarge(all, before);
        }
        return all;
    }

    private void dropIfTooLarge(ByteBuf properties, int before) {
        int length = properties.readableBytes();
        int remaining = 3 + varintLength(length) + length;
        if (1L + varintLength(remaining) + remaining > packetMaximum) {
            properties.writerIndex(before);
        }
    }

    void pingResponse() {
        ByteBuf out = buffer(2);
        out.writeByte(0xD0).writeByte(0);
        written(out);
    }

    /** A rare packet. */
    void message(MqttMessage message) {
        push();
        counters.packetsSent.increment();
        channel.write(message);
    }

    /**
     * A PUBLISH.
     *
     * @return false, and nothing written, if it is larger than the client takes
     */
    boolean publish(Delivery delivery, int packetId, boolean again, long now) {
        Message message = delivery.message();
        byte[] payload = message.payload();
        int topicBytes = ByteBufUtil.utf8Bytes(message.topic());
        Integer known = aliasMaximum > 0 ? aliases.get(message.topic()) : null;
        int alias = known != null ? known : aliases.size() < aliasMaximum ? aliases.size() + 1 : 0;
        byte[] fixed = version5 ? fixedProperties(message) : EMPTY;
        int expiry = version5 && message.expiresAt() > 0 ? 5 : 0;
        int properties = version5 ? fixed.length + expiry + (alias > 0 ? 3 : 0) + idsLength(delivery) : 0;
        int remaining = 2
                + (known != null ? 0 : topicBytes)
                + (delivery.qos() > 0 ? 2 : 0)
                + (version5 ? varintLength(properties) + properties : 0)
                + payload.length;
        if (1L + varintLength(remaining) + remaining > packetMaximum) {
            return false;
        }
        ByteBuf out = buffer(5 + remaining);
        out.writeByte(0x30 | (again ? 8 : 0) | delivery.qos() << 1 | (delivery.retain() ? 1 : 0));
        writeVarint(out, remaining);
        if (known != null) {
            out.writeShort(0);
        } else {
            out.writeShort(topicBytes);
            ByteBufUtil.reserveAndWriteUtf8(out, message.topic(), topicBytes);
        }
        if (delivery.qos() > 0) {
            out.writeShort(packetId);
        }
        if (version5) {
            writeVarint(out, properties);
            out.writeBytes(fixed);
            ownProperties(out, delivery, alias, now);
        }
        out.writeBytes(payload);
        counters.publishesSent.increment();
        counters.publishBytesSent.add(payload.length);
        written(out);
        return true;
    }

    /** A frame of a link. */
    void linkFrame(byte[] frame) {
        int remaining = LINK_HEADER.length + frame.length;
        ByteBuf out = buffer(5 + LINK_HEADER.length + (frame.length < WRITE_AT ? frame.length : 0));
        out.writeByte(0x30);
        writeVarint(out, remaining);
        out.writeBytes(LINK_HEADER);
        if (frame.length < WRITE_AT) {
            out.writeBytes(frame);
            written(out);
        } else {
            // A large frame goes as it is, without being copied behind its header.
            counters.packetsSent.increment();
            push();
            channel.write(Unpooled.wrappedBuffer(frame), channel.voidPromise());
        }
    }

    /** The topic and the absence of properties. */
    private static final byte[] LINK_HEADER = linkHeader();

    private static byte[] linkHeader() {
        byte[] topic = PeerDoor.TOPIC.getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(3 + topic.length)
                .putShort((short) topic.length)
                .put(topic)
                .put((byte) 0)
                .array();
    }

    /** What is this delivery's own; the rest was encoded once for all. */
    private void ownProperties(ByteBuf out, Delivery delivery, int alias, long now) {
        Message message = delivery.message();
        if (message.expiresAt() > 0) {
            out.writeByte(Properties.MESSAGE_EXPIRY)
                    .writeInt((int) Math.max(1, (message.expiresAt() - now + 999) / 1_000));
        }
        if (alias > 0) {
            aliases.putIfAbsent(message.topic(), alias);
            out.writeByte(Properties.TOPIC_ALIAS).writeShort(alias);
        }
        for (int id : delivery.subscriptionIds()) {
            out.writeByte(Properties.SUBSCRIPTION_ID);
            writeVarint(out, id);
        }
    }

    private static final byte[] EMPTY = {};

    private byte[] fixedProperties(Message message) {
        byte[] encoded = message.encodedProperties();
        if (encoded == null) {
            encoded = encode(message);
            message.encodedProperties(encoded);
        }
        return encoded;
    }

    private byte[] encode(Message message) {
        ValueProperties properties = message.properties();
        Version version = message.version();
        if (version == null && properties.isEmpty()) {
            return EMPTY;
        }
        ByteBuf out = Unpooled.buffer(160);
        if (properties.payloadFormat() != 0) {
            out.writeByte(Properties.PAYLOAD_FORMAT).writeByte(properties.payloadFormat());
        }
        if (properties.contentType() != null) {
            text(out.writeByte(Properties.CONTENT_TYPE), properties.contentType());
        }
        if (properties.responseTopic() != null) {
            text(out.writeByte(Properties.RESPONSE_TOPIC), properties.responseTopic());
        }
        byte[] correlation = properties.correlationData();
        if (correlation != null) {
            out.writeByte(Properties.CORRELATION_DATA)
                    .writeShort(correlation.length)
                    .writeBytes(correlation);
        }
        for (ValueProperties.Property property : properties.user()) {
            userProperty(out, property.name(), property.value());
        }
        if (version != null) {
            userProperty(out, Properties.VERSION, version.toString());
            userProperty(out, Properties.UNIT, unitOf.apply(version.replica()));
            userProperty(
                    out,
                    "bookshelf-time",
                    Instant.ofEpochMilli(version.millis()).toString());
        }
        byte[] encoded = new byte[out.readableBytes()];
        out.readBytes(encoded);
        return encoded;
    }

    private static void userProperty(ByteBuf out, String name, String value) {
        text(out.writeByte(Properties.USER_PROPERTY), name);
        text(out, value);
    }

    private static void text(ByteBuf out, String text) {
        int length = ByteBufUtil.utf8Bytes(text);
        out.writeShort(length);
        ByteBufUtil.reserveAndWriteUtf8(out, text, length);
    }

    private static int idsLength(Delivery delivery) {
        int length = 0;
        for (int id : delivery.subscriptionIds()) {
            length += 1 + varintLength(id);
        }
        return length;
    }

    private static void writeVarint(ByteBuf out, int value) {
        int rest = value;
        while (rest > 0x7F) {
            out.writeByte(rest & 0x7F | 0x80);
            rest >>>= 7;
        }
        out.writeByte(rest);
    }

    private static int varintLength(int value) {
        return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x20_0000 ? 3 : 4;
    }

    private ByteBuf buffer(int room) {
        ByteBuf out = pending;
        if (out == null) {
            out = channel.alloc().directBuffer(Math.max(256, room));
            pending = out;
        }
        return out;
    }

    private void written(ByteBuf out) {
        counters.packetsSent.increment();
        if (out.readableBytes() >= WRITE_AT) {
            push();
        }
    }

    /** Hands what has been encoded to the channel; without a flush. */
    void push() {
        ByteBuf out = pending;
        if (out != null) {
            pending = null;
            channel.write(out, channel.voidPromise());
        }
    }

    /** Gives back what was never written. */
    void discard() {
        ByteBuf out = pending;
        if (out != null) {
            pending = null;
            out.release();
        }
    }
}
