package io.bookshelf.broker.session;

import io.bookshelf.broker.access.AccessPolicy;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An item of one of the unit's own documents that tells something of a key, and so is shown only to who may read that key.
 *
 * @param key the key that it tells of
 * @param writer the user who wrote the value that it tells, null if it tells none
 * @param json the item
 */
public record ListItem(String key, @Nullable String writer, String json) {
    boolean isFor(AccessPolicy.Principal reader, AccessPolicy access) {
        return access.mayRead(reader, key) && (writer == null || access.mayHaveWritten(writer, key));
    }

    static byte[] json(List<ListItem> items) {
        return items.stream()
                .map(ListItem::json)
                .collect(Collectors.joining(",", "[", "]"))
                .getBytes(StandardCharsets.UTF_8);
    }
}
