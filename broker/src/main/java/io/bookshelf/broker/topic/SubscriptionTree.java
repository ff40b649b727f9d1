package io.bookshelf.broker.topic;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds the subscriptions whose filter matches a topic: a trie over topic levels. A look-up visits at most as many nodes as
 * there are, whatever the topic. Not thread-safe.
 *
 * @param <S> a subscription; compared by identity
 */
public final class SubscriptionTree<S> {
    private static final class Node<S> {
        final Map<String, Node<S>> levels = new HashMap<>(4);

        @Nullable
        Node<S> anyLevel;

        final List<S> here = new ArrayList<>(1);
        final List<S> below = new ArrayList<>(1);

        boolean empty() {
            return levels.isEmpty() && anyLevel == null && here.isEmpty() && below.isEmpty();
        }
    }

    private final Node<S> root = new Node<>();
    private int size;

    /** How many subscriptions there are. */
    public int size() {
        return size;
    }

    /** Adds a subscription under a well-formed filter (its group taken off). */
    public void add(String filter, S subscription) {
        Node<S> node = root;
        int from = 0;
        while (from >= 0) {
            int slash = filter.indexOf('/', from);
            String level = slash < 0 ? filter.substring(from) : filter.substring(from, slash);
            if (level.equals("#")) {
                node.below.add(subscription);
                size++;
                return;
            }
            node = child(node, level);
            from = slash < 0 ? -1 : slash + 1;
        }
        node.here.add(subscription);
        size++;
    }

    private Node<S> child(Node<S> node, String level) {
        if (level.equals("+")) {
            Node<S> any = node.anyLevel;
            if (any == null) {
                any = new Node<>();
                node.anyLevel = any;
            }
            return any;
        }
        return node.levels.computeIfAbsent(level, name -> new Node<>());
    }

    /** Removes what {@link #add} added; does nothing if it is not there. */
    public void remove(String filter, S subscription) {
        remove(root, filter, 0, subscription);
    }

    private void remove(Node<S> node, String filter, int from, S subscription) {
        if (from < 0) {
            drop(node.here, subscription);
            return;
        }
        int slash = filter.indexOf('/', from);
        String level = slash < 0 ? filter.substring(from) : filter.substring(from, slash);
        if (level.equals("#")) {
            drop(node.below, subscription);
            return;
        }
        int next = slash < 0 ? -1 : slash + 1;
        if (level.equals("+")) {
            Node<S> any = node.anyLevel;
            if (any != null) {
                remove(any, filter, next, subscription);
                node.anyLevel = any.empty() ? null : any;
            }
            return;
        }
        Node<S> child = node.levels.get(level);
        if (child != null) {
            remove(child, filter, next, subscription);
            if (child.empty()) {
                node.levels.remove(level);
            }
        }
    }

    private void drop(List<S> list, S subscription) {
        for (int i = 0; i < list.size(); i++) {
            if (list.get(i) == subscription) {
                list.remove(i);
                size--;
                return;
            }
        }
    }

    /** Calls {@code found} for each subscription whose filter matches the topic. */
    public void match(String topic, Consumer<? super S> found) {
        if (size > 0) {
            match(root, topic, 0, topic.startsWith("$"), found);
        }
    }

    private void match(Node<S> node, String topic, int from, boolean noWildcard, Consumer<? super S> found) {
        if (!noWildcard) {
            node.below.forEach(found);
        }
        if (from < 0) {
            node.here.forEach(found);
            return;
        }
        Node<S> any = node.anyLevel;
        if (node.levels.isEmpty() && any == null) {
            return;
        }
        int slash = topic.indexOf('/', from);
        int next = slash < 0 ? -1 : slash + 1;
        if (any != null && !noWildcard) {
            match(any, topic, next, false, found);
        }
        if (!node.levels.isEmpty()) {
            Node<S> child = node.levels.get(slash < 0 ? topic.substring(from) : topic.substring(from, slash));
            if (child != null) {
                match(child, topic, next, false, found);
            }
        }
    }
}
