package io.bookshelf.cli.shelf;

import io.bookshelf.cli.json.Json;
import io.bookshelf.client.Bookshelf;
import io.bookshelf.client.Entry;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a unit says of itself.
 *
 * @param documents its documents as they came, by topic
 */
record UnitState(Map<String, Entry> documents) {
    private static final String PEERS = "$bookshelf/peers/";

    static UnitState of(Bookshelf shelf) {
        Map<String, Entry> documents = new TreeMap<>();
        List<Entry> all = shelf.list("$bookshelf/+", PEERS + "+");
        all.forEach(each -> documents.put(each.key(), each));
        return new UnitState(documents);
    }

    /** A document such as {@code health}; an empty map if there is none. */
    Object document(String name) {
        Entry entry = documents.get("$bookshelf/" + name);
        return entry == null ? Map.of() : Json.parse(entry.value());
    }

    /** A document as the unit sent it, such as that of the topic {@code $bookshelf/health}. */
    String raw(String topic) {
        Entry entry = documents.get(topic);
        return entry == null ? "null" : entry.text();
    }

    String text(String document, String field) {
        return Json.text(document(document), field);
    }

    /** The other units' states, by name. */
    Map<String, Object> peers() {
        Map<String, Object> peers = new TreeMap<>();
        documents.forEach((topic, entry) -> {
            if (topic.startsWith(PEERS)) {
                peers.put(topic.substring(PEERS.length()), Json.parse(entry.value()));
            }
        });
        return peers;
    }
}
