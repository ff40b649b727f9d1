package io.bookshelf.node.pairing;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A JSON object of texts, numbers and {@code true}; whatever else is in one that is read is passed over. */
final class Fields {
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(com.fasterxml.jackson.core.StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final Map<String, String> texts;

    private Fields(Map<String, String> texts) {
        this.texts = texts;
    }

    /** Reads one; null if it is none. */
    static @Nullable Fields read(byte[] json) {
        Map<String, String> texts = new HashMap<>();
        try (JsonParser parser = JSON.createParser(json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return null;
            }
            for (JsonToken token = parser.nextToken(); token != JsonToken.END_OBJECT; token = parser.nextToken()) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                if (value == JsonToken.VALUE_STRING) {
                    texts.put(name, parser.getText());
                } else if (value == JsonToken.VALUE_TRUE) {
                    texts.put(name, "true");
                } else {
                    parser.skipChildren();
                }
            }
            return parser.nextToken() == null ? new Fields(texts) : null;
        } catch (IOException | RuntimeException e) {
            // Jackson meets some malformed bytes with exceptions of its own.
            return null;
        }
    }

    /** The text of this name, "" if there is none. */
    String text(String name) {
        return texts.getOrDefault(name, "");
    }

    /** Writes one. */
    static String write(Map<String, Object> fields) {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = JSON.createGenerator(text)) {
            out.writeStartObject();
            for (Map.Entry<String, Object> field : fields.entrySet()) {
                if (field.getValue() instanceof Integer number) {
                    out.writeNumberField(field.getKey(), number);
                } else {
                    out.writeStringField(field.getKey(), field.getValue().toString());
                }
            }
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return text.toString();
    }

    static String write(String name, Object value) {
        return write(Map.of(name, value));
    }

    static String write(String name, Object value, String second, Object other) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put(name, value);
        fields.put(second, other);
        return write(fields);
    }
}
