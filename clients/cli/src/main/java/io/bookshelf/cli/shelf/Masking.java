package io.bookshelf.cli.shelf;

import io.bookshelf.cli.json.Json;
import io.bookshelf.client.Entry;
import java.util.ArrayList;
import java.util.List;

/**
 * Which values are secrets: what the unit's catalogue calls so. They are shown as dots, unless asked for.
 *
 * @param patterns the patterns of secret keys, as levels
 */
record Masking(List<List<String>> patterns) {
    static final String DOTS = "••••••";
    private static final String CATALOGUE = "$bookshelf/catalogue/";

    /** Shows everything. */
    static final Masking NONE = new Masking(List.of());

    static final String FILTER = CATALOGUE + "#";

    /** Of the unit's catalogue documents. */
    static Masking of(List<Entry> documents) {
        return documents.stream().reduce(NONE, Masking::with, (one, other) -> other);
    }

    static boolean isDocument(Entry entry) {
        return entry.key().startsWith(CATALOGUE);
    }

    /** This and what one more document of the catalogue calls a secret. */
    Masking with(Entry document) {
        if (!Json.text(Json.parse(document.value()), "sensitivity").equals("secret")) {
            return this;
        }
        List<List<String>> more = new ArrayList<>(patterns);
        more.add(levels(document.key().substring(CATALOGUE.length())));
        return new Masking(more);
    }

    private static List<String> levels(String key) {
        return List.of(key.split("/", -1));
    }

    boolean hides(String key) {
        return !patterns.isEmpty() && patterns.stream().anyMatch(pattern -> matches(pattern, levels(key)));
    }

    private static boolean matches(List<String> pattern, List<String> key) {
        for (int i = 0; i < pattern.size(); i++) {
            String level = pattern.get(i);
            if (level.endsWith("...}")) {
                return key.size() > i;
            }
            if (i >= key.size() || !level.startsWith("{") && !level.equals(key.get(i))) {
                return false;
            }
        }
        return pattern.size() == key.size();
    }

    /** The value on one line for people: text as it is, other bytes by their number, secrets as dots. */
    String shown(Entry entry) {
        return hides(entry.key()) ? DOTS : Texts.oneLine(entry.value());
    }
}
