package io.bookshelf.cli.shelf;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.ValueProperties;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a line of an export says: what {@link EntryJson} writes, without what only a unit may say of it.
 *
 * @param value null for a secret that was left out
 * @param expires null for never
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record ExportLine(
        String key,
        byte @Nullable [] value,
        ValueProperties properties,
        @Nullable Instant expires) {
    private static final JsonFactory FACTORY = new JsonFactory();

    /** Takes the fields as they come. */
    private static final class Reader {
        private @Nullable String key;
        private byte @Nullable [] value;
        private boolean masked;
        private ValueProperties properties = ValueProperties.NONE;
        private @Nullable Instant expires;

        void field(String name, JsonParser json) throws IOException {
            switch (name) {
                case "key" -> key = text(name, json);
                case "value" -> value = text(name, json).getBytes(StandardCharsets.UTF_8);
                case "base64" -> value = base64(name, json);
                case "masked" -> masked = json.getBooleanValue();
                case "utf8" -> properties = properties.withPayloadFormat(json.getBooleanValue() ? 1 : 0);
                case "contentType" -> properties = properties.withContentType(text(name, json));
                case "responseTopic" -> properties = properties.withResponseTopic(text(name, json));
                case "correlation" -> properties = properties.withCorrelationData(base64(name, json));
                case "properties" -> properties = properties.withUser(pairs(json));
                case "expires" -> expires = instant(text(name, json));
                case "version", "unit", "time" -> {}
                default -> throw new IllegalArgumentException("there is no field \"" + name + "\"");
            }
        }

        private static String text(String name, JsonParser json) throws IOException {
            if (json.currentToken() != JsonToken.VALUE_STRING) {
                throw new IllegalArgumentException("\"" + name + "\" is a text");
            }
            return json.getText();
        }

        private static byte[] base64(String name, JsonParser json) throws IOException {
            try {
                return Base64.getDecoder().decode(text(name, json));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("\"" + name + "\" is not base64", e);
            }
        }

        private static Instant instant(String text) {
            try {
                return Instant.parse(text);
            } catch (DateTimeParseException e) {
                throw new IllegalArgumentException("\"expires\" is a time such as 2026-11-22T05:08:33Z", e);
            }
        }

        private static List<ValueProperties.Property> pairs(JsonParser json) throws IOException {
            List<ValueProperties.Property> user = new ArrayList<>();
            if (json.currentToken() != JsonToken.START_ARRAY) {
                throw new IllegalArgumentException("\"properties\" is a list of pairs");
            }
            while (json.nextToken() == JsonToken.START_ARRAY) {
                String name = json.nextTextValue();
                String value = json.nextTextValue();
                if (name == null || value == null || json.nextToken() != JsonToken.END_ARRAY) {
                    throw new IllegalArgumentException("\"properties\" is a list of pairs of texts");
                }
                user.add(new ValueProperties.Property(name, value));
            }
            if (json.currentToken() != JsonToken.END_ARRAY) {
                throw new IllegalArgumentException("\"properties\" is a list of pairs of texts");
            }
            return user;
        }

        ExportLine line() {
            if (key == null) {
                throw new IllegalArgumentException("there is no \"key\"");
            }
            String problem = Key.problemWith(key);
            if (problem != null) {
                throw new IllegalArgumentException(problem);
            }
            if (value == null != masked) {
                throw new IllegalArgumentException("there is no \"value\", \"base64\" or \"masked\"");
            }
            if (value != null && value.length == 0) {
                throw new IllegalArgumentException("the value is empty, which would delete the key");
            }
            return new ExportLine(key, value, properties, expires);
        }
    }

    /**
     * Reads a line.
     *
     * @throws IllegalArgumentException with a sentence
     */
    static ExportLine parse(String line) {
        Reader reader = new Reader();
        try (JsonParser json = FACTORY.createParser(line)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new IllegalArgumentException("it is not a JSON object");
            }
            for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                json.nextToken();
                reader.field(name, json);
            }
            if (json.currentToken() != JsonToken.END_OBJECT || json.nextToken() != null) {
                throw new IllegalArgumentException("it is not one JSON object");
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("it is not JSON", e);
        }
        return reader.line();
    }
}
