package io.bookshelf.schema;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.bookshelf.schema.proto.EntryProperties;
import io.bookshelf.schema.proto.UserProperty;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The MQTT 5 properties that a value carries besides its bytes, and the name under which it was written. Immutable.
 *
 * @param payloadFormat MQTT's payload format indicator: 0 for bytes, 1 for UTF-8 text
 * @param contentType MQTT's content type, null for none
 * @param responseTopic MQTT's response topic, null for none
 * @param correlationData MQTT's correlation data, null for none; not to be changed
 * @param user user properties in order; a name may stand more than once
 * @param writer the user name of the client that wrote it, empty where none was asked for
 * @param writerClient the client id of the writer where it wants no-local, empty otherwise
 */
public record ValueProperties(
        int payloadFormat,
        @Nullable String contentType,
        @Nullable String responseTopic,
        byte @Nullable [] correlationData,
        List<Property> user,
        String writer,
        String writerClient) {

    /** One user property. */
    public record Property(String name, String value) {}

    /** No properties at all. */
    public static final ValueProperties NONE = new ValueProperties(0, null, null, null, List.of(), "", "");

    public ValueProperties {
        user = List.copyOf(user);
    }

    /** The same with this payload format indicator. */
    public ValueProperties withPayloadFormat(int format) {
        return new ValueProperties(format, contentType, responseTopic, correlationData, user, writer, writerClient);
    }

    /** The same with this content type. */
    public ValueProperties withContentType(String type) {
        return new ValueProperties(payloadFormat, type, responseTopic, correlationData, user, writer, writerClient);
    }

    /** The same with this response topic. */
    public ValueProperties withResponseTopic(String topic) {
        return new ValueProperties(payloadFormat, contentType, topic, correlationData, user, writer, writerClient);
    }

    /** The same with this correlation data, which is not to be changed. */
    public ValueProperties withCorrelationData(byte[] data) {
        return new ValueProperties(payloadFormat, contentType, responseTopic, data, user, writer, writerClient);
    }

    /** The same with these user properties. */
    public ValueProperties withUser(List<Property> all) {
        return new ValueProperties(
                payloadFormat, contentType, responseTopic, correlationData, all, writer, writerClient);
    }

    /** The same, written under this user name. */
    public ValueProperties writtenBy(String name) {
        return new ValueProperties(
                payloadFormat, contentType, responseTopic, correlationData, user, name, writerClient);
    }

    /** The same without the client that wrote it, which means nothing on another unit. */
    public ValueProperties withoutWriterClient() {
        return writerClient.isEmpty()
                ? this
                : new ValueProperties(payloadFormat, contentType, responseTopic, correlationData, user, writer, "");
    }

    /** Only who wrote it: what a tombstone keeps. */
    public ValueProperties authorOnly() {
        return writer.isEmpty() && writerClient.isEmpty()
                ? NONE
                : new ValueProperties(0, null, null, null, List.of(), writer, writerClient);
    }

    /** True if this is as good as {@link #NONE}. */
    public boolean isEmpty() {
        return payloadFormat == 0
                && contentType == null
                && responseTopic == null
                && correlationData == null
                && user.isEmpty()
                && writer.isEmpty()
                && writerClient.isEmpty();
    }

    /** About how much memory they hold, in bytes; 0 for none. */
    public int weight() {
        if (isEmpty()) {
            return 0;
        }
        int weight = 100 + writer.length() + writerClient.length() + length(contentType) + length(responseTopic);
        weight += correlationData == null ? 0 : correlationData.length;
        for (Property property : user) {
            weight += 100 + property.name.length() + property.value.length();
        }
        return weight;
    }

    private static int length(@Nullable String text) {
        return text == null ? 0 : text.length();
    }

    /** The stored form; empty bytes for no properties. */
    public byte[] toBytes() {
        if (isEmpty()) {
            return new byte[0];
        }
        EntryProperties.Builder proto = EntryProperties.newBuilder()
                .setPayloadFormat(payloadFormat)
                .setWriter(writer)
                .setWriterClient(writerClient);
        if (contentType != null) {
            proto.setContentType(contentType);
        }
        if (responseTopic != null) {
            proto.setResponseTopic(responseTopic);
        }
        if (correlationData != null) {
            proto.setCorrelationData(ByteString.copyFrom(correlationData));
        }
        for (Property property : user) {
            proto.addUser(UserProperty.newBuilder().setName(property.name).setValue(property.value));
        }
        return proto.build().toByteArray();
    }

    /**
     * Reads what {@link #toBytes()} writes; fields of later versions are passed over.
     *
     * @throws IllegalArgumentException if the bytes are not such a message
     */
    public static ValueProperties fromBytes(byte[] bytes) {
        if (bytes.length == 0) {
            return NONE;
        }
        EntryProperties proto;
        try {
            proto = EntryProperties.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("properties that cannot be read", e);
        }
        return new ValueProperties(
                proto.getPayloadFormat(),
                proto.hasContentType() ? proto.getContentType() : null,
                proto.hasResponseTopic() ? proto.getResponseTopic() : null,
                proto.hasCorrelationData() ? proto.getCorrelationData().toByteArray() : null,
                proto.getUserList().stream()
                        .map(user -> new Property(user.getName(), user.getValue()))
                        .toList(),
                proto.getWriter(),
                proto.getWriterClient());
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ValueProperties that
                && payloadFormat == that.payloadFormat
                && Objects.equals(contentType, that.contentType)
                && Objects.equals(responseTopic, that.responseTopic)
                && Arrays.equals(correlationData, that.correlationData)
                && user.equals(that.user)
                && writer.equals(that.writer)
                && writerClient.equals(that.writerClient);
    }

    @Override
    public int hashCode() {
        return Objects.hash(
                payloadFormat,
                contentType,
                responseTopic,
                Arrays.hashCode(correlationData),
                user,
                writer,
                writerClient);
    }
}
