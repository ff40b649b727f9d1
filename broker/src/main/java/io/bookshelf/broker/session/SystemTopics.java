package io.bookshelf.broker.session;

import io.bookshelf.schema.ValueProperties;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;

/** The unit's own retained topics, {@code $SYS/…} and {@code $bookshelf/…}: in memory, read-only, never replicated. */
public final class SystemTopics {
    private final TreeMap<String, Message> topics = new TreeMap<>();
    private Consumer<Message> changed = message -> {};

    /** Sets who is told of changes. */
    void onChange(Consumer<Message> listener) {
        changed = listener;
    }

    /** Sets a topic's text; subscribers are told if it is another than before. An empty text takes it away. Loop thread. */
    public void set(String topic, String text) {
        if (text.isEmpty() && topics.remove(topic) == null) {
            return;
        }
        byte[] payload = text.getBytes(StandardCharsets.UTF_8);
        set(Message.event(topic, payload, 0, true, ValueProperties.NONE, 0));
    }

    /** Sets a topic's document to a list of which each reader gets the items about keys that it may read. Loop thread. */
    public void set(String topic, List<ListItem> items) {
        set(Message.list(topic, items));
    }

    private void set(Message message) {
        Message before = topics.get(message.topic());
        if (before == null || !Arrays.equals(before.payload(), message.payload())) {
            if (message.payload().length > 0) {
                topics.put(message.topic(), message);
            }
            changed.accept(message);
        }
    }

    List<Message> matching(Subscription subscription) {
        List<Message> found = new ArrayList<>();
        topics.forEach((topic, message) -> {
            if (subscription.filter.matches(topic)) {
                found.add(message);
            }
        });
        return found;
    }
}
