package io.bookshelf.node.audit;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.bookshelf.schema.Entry;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Something that was done to what decides over others.
 *
 * @param millis when this unit learned of it, milliseconds since the epoch
 * @param known whether somebody vouches for that time
 * @param what what was done, in a few words
 * @param key the key that says so; who may read it may read this. One under {@code local/} where it is the unit's own matter
 * @param by the user name, proved by a certificate, token or password, under which it was written; empty for nobody's
 * @param unit the unit at which it was written
 * @param more the version that was written, or a sentence
 */
record AuditRecord(long millis, boolean known, String what, String key, String by, String unit, String more) {
    private static final JsonFactory JSON = new JsonFactory();
    private static final String PHONES = "bookshelf/phones/";
    private static final String UNITS = "bookshelf/units/";
    private static final String LISTS = "bookshelf/crl/";
    private static final String PAIRING = "local/bookshelf/pairing";
    private static final int LONGEST = 512;

    AuditRecord {
        key = shortened(key);
        by = shortened(by);
        more = shortened(more);
    }

    private static String shortened(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
    }

    /** True if writes of the key are recorded. */
    static boolean isAbout(String key) {
        return key.startsWith("bookshelf/") || key.startsWith("local/bookshelf/");
    }

    static String what(Entry entry) {
        String key = entry.key().name();
        if (key.startsWith(PHONES)) {
            return entry.deleted() ? "phone removed" : says(entry, "revoked") ? "phone revoked" : "phone paired";
        }
        if (key.startsWith(UNITS)) {
            return entry.deleted() ? "unit removed" : says(entry, "retired") ? "unit retired" : "unit changed";
        }
        if (key.startsWith(LISTS)) {
            return entry.deleted() ? "revocation list removed" : "revocation list published";
        }
        if (key.equals(PAIRING)) {
            return entry.deleted() ? "pairing code withdrawn" : "pairing code offered";
        }
        return entry.deleted() ? "removed" : "changed";
    }

    /** True if the value is a JSON object in which that is true. */
    private static boolean says(Entry entry, String name) {
        try (JsonParser json = JSON.createParser(entry.value())) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                return false;
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String field = json.currentName();
                if (json.nextToken() == JsonToken.VALUE_TRUE && field.equals(name)) {
                    return true;
                }
                json.skipChildren();
            }
            return false;
        } catch (IOException | RuntimeException notJson) {
            return false;
        }
    }

    /** In one line. */
    String json() {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = JSON.createGenerator(text)) {
            out.writeStartObject();
            out.writeStringField("time", Instant.ofEpochMilli(millis).toString());
            out.writeBooleanField("known", known);
            out.writeStringField("what", what);
            out.writeStringField("key", key);
            out.writeStringField("by", by);
            out.writeStringField("unit", unit);
            out.writeStringField("more", more);
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return text.toString();
    }

    /** The key in a line; null if it is not a whole one. */
    static @Nullable String keyOf(String line) {
        String key = null;
        try (JsonParser json = JSON.createParser(line)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                return null;
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String field = json.currentName();
                json.nextToken();
                if (field.equals("key")) {
                    key = json.getText();
                }
                json.skipChildren();
            }
            return json.currentToken() == JsonToken.END_OBJECT && json.nextToken() == null ? key : null;
        } catch (IOException | RuntimeException torn) {
            return null;
        }
    }
}
