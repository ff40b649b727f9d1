package io.bookshelf.cli.shelf;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import io.bookshelf.client.Entry;
import io.bookshelf.schema.ValueProperties;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Base64;

/**
 * An entry as a line of JSON: {@code key}; {@code value} (text) or {@code base64}; {@code contentType}, {@code utf8},
 * {@code responseTopic}, {@code correlation} (base64), {@code properties} (pairs), {@code expires} where they are set;
 * {@code version}, {@code unit} and {@code time} as told by the unit. A value that is masked has {@code "masked":true} instead.
 */
final class EntryJson {
    private static final JsonFactory FACTORY =
            JsonFactory.builder().disable(StreamWriteFeature.AUTO_CLOSE_TARGET).build();

    /** Writes fields into an object that is open. */
    interface Fields {
        void write(JsonGenerator json) throws IOException;
    }

    private EntryJson() {}

    static String line(Entry entry, boolean masked) {
        return object(json -> fields(json, entry, masked));
    }

    /** An object on one line. */
    static String object(Fields fields) {
        StringWriter line = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(line)) {
            json.writeStartObject();
            fields.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return line.toString();
    }

    static void fields(JsonGenerator json, Entry entry, boolean masked) throws IOException {
        json.writeStringField("key", entry.key());
        byte[] value = entry.value();
        String text = Texts.utf8(value);
        if (masked) {
            json.writeBooleanField("masked", true);
        } else if (text != null) {
            json.writeStringField("value", text);
        } else {
            json.writeStringField("base64", Base64.getEncoder().encodeToString(value));
        }
        properties(json, entry.properties());
        text(json, "expires", entry.expires().map(Object::toString).orElse(""));
        text(json, "version", entry.version().map(Object::toString).orElse(""));
        text(json, "unit", entry.unit().orElse(""));
        text(json, "time", entry.time().map(Object::toString).orElse(""));
    }

    private static void properties(JsonGenerator json, ValueProperties properties) throws IOException {
        String type = properties.contentType();
        String response = properties.responseTopic();
        byte[] correlation = properties.correlationData();
        if (properties.payloadFormat() == 1) {
            json.writeBooleanField("utf8", true);
        }
        if (type != null) {
            json.writeStringField("contentType", type);
        }
        if (response != null) {
            json.writeStringField("responseTopic", response);
        }
        if (correlation != null) {
            json.writeStringField("correlation", Base64.getEncoder().encodeToString(correlation));
        }
        if (!properties.user().isEmpty()) {
            json.writeArrayFieldStart("properties");
            for (ValueProperties.Property each : properties.user()) {
                json.writeArray(new String[] {each.name(), each.value()}, 0, 2);
            }
            json.writeEndArray();
        }
    }

    private static void text(JsonGenerator json, String name, String text) throws IOException {
        if (!text.isEmpty()) {
            json.writeStringField(name, text);
        }
    }
}
