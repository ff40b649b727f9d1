package io.bookshelf.cli.shelf;

import io.bookshelf.cli.json.Json;
import io.bookshelf.client.Bookshelf;
import java.util.ArrayList;
import java.util.List;

/**
 * A write that lost to a concurrent one, as the unit tells it.
 *
 * @param document as it came
 */
record Conflict(Object document) {
    static final String TOPIC = "$bookshelf/conflicts";

    /** The unit's conflicts, newest first. */
    static List<Conflict> of(Bookshelf shelf) {
        List<Conflict> all = new ArrayList<>();
        shelf.get(TOPIC).ifPresent(entry -> {
            if (Json.parse(entry.value()) instanceof List<?> documents) {
                documents.forEach(each -> all.add(new Conflict(each)));
            }
        });
        return all;
    }

    String key() {
        return Json.text(document, "key");
    }

    String found() {
        return Json.text(document, "found");
    }

    String lost(String field) {
        return Json.text(Json.field(document, "lost"), field);
    }

    String won(String field) {
        return Json.text(Json.field(document, "won"), field);
    }

    /** The value that lost, on one line. */
    String value(Masking masking) {
        if (Json.text(document, "deleted").equals("true")) {
            return "(a delete)";
        }
        if (masking.hides(key())) {
            return Masking.DOTS;
        }
        String value = Json.text(document, "value");
        return value.isEmpty() ? "(" + Json.text(document, "bytes") + " bytes)" : Texts.oneLine(value);
    }
}
