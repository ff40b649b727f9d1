package io.bookshelf.node;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.bookshelf.link.PeerAddress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What a value under {@code bookshelf/units/} says of a unit: {@code {"addresses":[…],"role":"unit","retired":false}}. What
 * is left out has the value of an empty object; what is not known is passed over, for later versions.
 */
record StatedUnit(List<PeerAddress> addresses, String role, boolean retired) {
    private static final JsonFactory JSON = new JsonFactory();
    private static final int LARGEST = 16 * 1024;
    private static final int MOST_ADDRESSES = 16;

    StatedUnit {
        addresses = List.copyOf(addresses);
    }

    /**
     * @throws IllegalArgumentException if it is nothing of the kind; the message is the end of a sentence
     */
    static StatedUnit parse(byte[] json) {
        if (json.length > LARGEST) {
            throw new IllegalArgumentException("is larger than such a value can be");
        }
        List<PeerAddress> addresses = new ArrayList<>();
        String role = "unit";
        boolean retired = false;
        try (JsonParser parser = JSON.createParser(json)) {
            expect(parser.nextToken() == JsonToken.START_OBJECT, "is no JSON object");
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                switch (name) {
                    case "addresses" -> readAddresses(parser, value, addresses);
                    case "role" -> {
                        expect(value == JsonToken.VALUE_STRING, "has a role that is no text");
                        role = parser.getText();
                    }
                    case "retired" -> {
                        expect(value.isBoolean(), "has a \"retired\" that is neither true nor false");
                        retired = value == JsonToken.VALUE_TRUE;
                    }
                    default -> parser.skipChildren();
                }
            }
            expect(parser.currentToken() == JsonToken.END_OBJECT && parser.nextToken() == null, "is no JSON object");
        } catch (IOException | IndexOutOfBoundsException e) {
            throw new IllegalArgumentException("is no JSON object", e);
        }
        return new StatedUnit(addresses, role, retired);
    }

    private static void readAddresses(JsonParser parser, JsonToken value, List<PeerAddress> into) throws IOException {
        expect(value == JsonToken.START_ARRAY, "has addresses that are no list");
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            expect(parser.currentToken() == JsonToken.VALUE_STRING, "has an address that is no text");
            into.add(address(parser.getText()));
            expect(into.size() <= MOST_ADDRESSES, "has too many addresses");
        }
    }

    private static PeerAddress address(String text) {
        try {
            return PeerAddress.parse(text);
        } catch (IllegalArgumentException e) {
            // Without what it says: the line goes to the log, and no value does.
            throw new IllegalArgumentException("has an address that is not HOST:PORT", e);
        }
    }

    private static void expect(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
