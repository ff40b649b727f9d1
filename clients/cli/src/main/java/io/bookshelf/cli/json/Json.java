package io.bookshelf.cli.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The units' documents as maps, lists and texts; numbers are texts too. What is no JSON is an empty map. */
public final class Json {
    private static final JsonFactory FACTORY = new JsonFactory();

    private Json() {}

    /** The document; an empty map if it is none. */
    public static Object parse(byte[] document) {
        try (JsonParser parser = FACTORY.createParser(document)) {
            parser.nextToken();
            return value(parser);
        } catch (IOException e) {
            return Map.of();
        }
    }

    private static Object value(JsonParser parser) throws IOException {
        if (parser.currentToken() == JsonToken.START_OBJECT) {
            Map<String, Object> map = new HashMap<>();
            for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                parser.nextToken();
                map.put(name, value(parser));
            }
            return map;
        }
        if (parser.currentToken() == JsonToken.START_ARRAY) {
            List<Object> list = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                list.add(value(parser));
            }
            return list;
        }
        return String.valueOf(parser.getText());
    }

    /** The text of that name, empty where there is none. */
    public static String text(Object document, String name) {
        return field(document, name) instanceof String text ? text : "";
    }

    /** The object or list of that name, an empty map where there is none. */
    public static Object field(Object document, String name) {
        Object field = document instanceof Map<?, ?> map ? map.get(name) : null;
        return field == null ? Map.of() : field;
    }
}
