package io.bookshelf.schema.wire;

import com.google.protobuf.ByteString;
import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.Seen;
import io.bookshelf.schema.ValueProperties;
import io.bookshelf.schema.Version;
import io.bookshelf.schema.proto.EntryProperties;
import io.bookshelf.schema.proto.EntryProto;

/** Entries as they travel. */
final class EntryForm {
    private EntryForm() {}

    static EntryProto write(Entry entry) {
        EntryProto.Builder proto = EntryProto.newBuilder()
                .setKey(entry.key().name())
                .setDeleted(entry.deleted())
                .setQos(entry.qos())
                .setStamp(entry.version().stamp())
                .setReplica(entry.version().replica())
                .setCounter(entry.counter())
                .setExpiresAt(entry.expiresAt());
        if (entry.value().length > 0) {
            proto.setValue(ByteString.copyFrom(entry.value()));
        }
        byte[] seen = entry.seen().toBytes();
        if (seen.length > 0) {
            proto.setSeen(ByteString.copyFrom(seen));
        }
        // No-local is between a client and its own unit.
        byte[] properties = entry.properties().withoutWriterClient().toBytes();
        if (properties.length > 0) {
            try {
                proto.setProperties(EntryProperties.parseFrom(properties));
            } catch (com.google.protobuf.InvalidProtocolBufferException e) {
                throw new IllegalStateException("properties that were just written", e);
            }
        }
        return proto.build();
    }

    /** @throws IllegalArgumentException if it is no entry */
    static Entry read(EntryProto proto) {
        int qos = proto.getQos();
        if (qos < 0 || qos > 2 || proto.getCounter() <= 0 || proto.getExpiresAt() < 0) {
            throw new IllegalArgumentException("an entry with numbers that cannot be");
        }
        byte[] value = proto.getValue().toByteArray();
        if (proto.getDeleted() ? value.length > 0 : value.length == 0) {
            throw new IllegalArgumentException("an entry that is neither a value nor a tombstone");
        }
        return new Entry(
                Key.of(proto.getKey()),
                value,
                proto.getDeleted(),
                qos,
                ValueProperties.fromBytes(
                        proto.hasProperties() ? proto.getProperties().toByteArray() : new byte[0]),
                new Version(proto.getStamp(), proto.getReplica()),
                proto.getCounter(),
                Seen.fromBytes(proto.getSeen().toByteArray()),
                proto.getExpiresAt(),
                0);
    }

    /** About the bytes that it takes in a frame. */
    static int size(Entry entry) {
        return 64
                + entry.key().length()
                + entry.value().length
                + entry.seen().size() * 16
                + (entry.properties().isEmpty() ? 0 : entry.properties().toBytes().length);
    }
}
