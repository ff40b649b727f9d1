package io.bookshelf.node.replication;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.bookshelf.replica.PeerStatus;
import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Version;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** The JSON of {@code $bookshelf/peers/<id>} and of the items of {@code $bookshelf/conflicts}. Times are ISO 8601 in UTC. */
final class Documents {
    private static final int SHOWN_BYTES = 1_024;

    private final JsonFactory json = new JsonFactory();
    private final AuthorNames names;

    Documents(AuthorNames names) {
        this.names = names;
    }

    private interface Body {
        void write(JsonGenerator out) throws IOException;
    }

    /**
     * How it stands with a peer.
     *
     * @param problem why it cannot be reached, empty for nothing
     */
    String peer(PeerStatus status, String problem) {
        return document(out -> {
            out.writeStartObject();
            out.writeStringField(
                    "state", status.state().name().toLowerCase(Locale.ROOT).replace('_', ' '));
            if (status.sinceMillis() > 0) {
                out.writeStringField("since", iso(status.sinceMillis()));
            }
            if (status.roundTripMillis() >= 0) {
                out.writeNumberField("roundTripMillis", status.roundTripMillis());
            }
            if (status.behind() >= 0) {
                out.writeNumberField("behind", status.behind());
            }
            if (status.lastInSyncMillis() > 0) {
                out.writeStringField("lastInSync", iso(status.lastInSyncMillis()));
            }
            out.writeNumberField("bytesSent", status.bytesSent());
            out.writeNumberField("bytesReceived", status.bytesReceived());
            if (!status.links().isEmpty()) {
                out.writeArrayFieldStart("links");
                for (String unit : status.links()) {
                    out.writeString(unit);
                }
                out.writeEndArray();
            }
            String note = status.note().isEmpty() ? problem : status.note();
            if (!note.isEmpty()) {
                out.writeStringField("problem", note);
            }
            out.writeEndObject();
        });
    }

    /** The discarded writes, in the order given. */
    List<ConflictReport> conflicts(Collection<Conflicts.Conflict> conflicts) {
        return conflicts.stream().map(this::conflict).toList();
    }

    private ConflictReport conflict(Conflicts.Conflict conflict) {
        Entry loser = conflict.loser();
        String json = document(out -> {
            out.writeStartObject();
            out.writeStringField("key", loser.key().name());
            out.writeStringField("found", iso(conflict.foundMillis()));
            write(out, "lost", loser.version());
            value(out, loser);
            write(out, "won", conflict.winner());
            out.writeEndObject();
        });
        return new ConflictReport(
                loser.key().name(), loser.deleted() ? null : loser.properties().writer(), json);
    }

    private void write(JsonGenerator out, String name, Version version) throws IOException {
        out.writeObjectFieldStart(name);
        out.writeStringField("version", version.toString());
        out.writeStringField("unit", names.of(version.replica()));
        out.writeStringField("time", iso(version.millis()));
        out.writeEndObject();
    }

    private static void value(JsonGenerator out, Entry loser) throws IOException {
        if (loser.deleted()) {
            out.writeBooleanField("deleted", true);
            return;
        }
        out.writeNumberField("bytes", loser.value().length);
        if (loser.value().length <= SHOWN_BYTES) {
            try {
                out.writeStringField(
                        "value",
                        StandardCharsets.UTF_8
                                .newDecoder()
                                .decode(ByteBuffer.wrap(loser.value()))
                                .toString());
            } catch (CharacterCodingException notText) {
                out.writeFieldName("base64");
                out.writeBinary(loser.value());
            }
        }
    }

    private String document(Body body) {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = json.createGenerator(text)) {
            body.write(out);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return text.toString();
    }

    private static String iso(long millis) {
        return Instant.ofEpochMilli(Math.max(0, millis)).toString();
    }
}
