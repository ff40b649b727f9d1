package io.bookshelf.merkle;

import io.bookshelf.schema.Bucket;
import io.bookshelf.schema.Digest;
import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.Scope;
import io.bookshelf.schema.wire.Frame.Roots;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The trees of the two scopes that units share. They are counted once from the store, in pages by key, while changes go on;
 * from then on they follow the changes. Not thread-safe.
 */
public final class Forest {
    private MerkleTree network = new MerkleTree();
    private MerkleTree everywhere = new MerkleTree();
    private boolean counted;
    // While counting: up to which key, and what has changed since the page behind it was asked for.
    private @Nullable Key countedTo;
    private final List<Change> sinceAsked = new ArrayList<>();

    /**
     * A change of one key.
     *
     * @param before what it had, null for nothing
     * @param after what it has, null for nothing
     */
    public record Change(@Nullable Entry before, @Nullable Entry after) {
        Key key() {
            Entry some = after == null ? before : after;
            if (some == null) {
                throw new IllegalArgumentException("a change of nothing");
            }
            return some.key();
        }
    }

    /** True if the digests are those of all live entries. */
    public boolean isCounted() {
        return counted;
    }

    /** Begins to count anew: everything may be different. */
    public void reset() {
        network = new MerkleTree();
        everywhere = new MerkleTree();
        counted = false;
        countedTo = null;
        sinceAsked.clear();
    }

    /** The key behind which the next page to count begins, null for the first page. */
    public @Nullable String countedTo() {
        return countedTo == null ? null : countedTo.name();
    }

    /** Follows changes that are durable. */
    public void changed(Collection<Change> changes) {
        for (Change change : changes) {
            Key key = change.key();
            if (key.scope() == Scope.UNIT) {
                continue;
            }
            if (counted || countedTo != null && key.compareTo(countedTo) <= 0) {
                apply(change);
            } else {
                sinceAsked.add(change);
            }
        }
    }

    private void apply(Change change) {
        Entry before = change.before;
        Entry after = change.after;
        if (before != null && !before.deleted()) {
            tree(before.key().scope()).subtract(bucket(before.key()), Digest.of(before));
        }
        if (after != null && !after.deleted()) {
            tree(after.key().scope()).add(bucket(after.key()), Digest.of(after));
        }
    }

    /**
     * Counts a page: live entries in key order behind {@link #countedTo()}, as they were at some moment since they were asked
     * for. All changes up to that moment must have been told.
     *
     * @param last there is nothing behind this page
     */
    public void count(List<Entry> page, boolean last) {
        Key end = page.isEmpty() ? null : page.getLast().key();
        // Of a key that changed meanwhile the page may have any state: it is taken as it was before the first change.
        Map<Key, @Nullable Entry> before = new HashMap<>();
        List<Change> within = new ArrayList<>();
        for (Change change : sinceAsked) {
            if (last || end != null && change.key().compareTo(end) <= 0) {
                within.add(change);
                if (!before.containsKey(change.key())) {
                    before.put(change.key(), change.before);
                }
            }
        }
        for (Entry entry : page) {
            if (entry.key().scope() != Scope.UNIT && !before.containsKey(entry.key())) {
                apply(new Change(null, entry));
            }
        }
        before.values().forEach(entry -> {
            if (entry != null) {
                apply(new Change(null, entry));
            }
        });
        within.forEach(this::apply);
        // What lies further on is met there in a state at least as new.
        sinceAsked.clear();
        if (end != null) {
            countedTo = end;
        }
        counted = last;
    }

    /** The roots, null while they are being counted. */
    public @Nullable Roots roots() {
        return counted ? new Roots(network.root(), everywhere.root()) : null;
    }

    /** The tree of a scope that travels. */
    public MerkleTree tree(Scope scope) {
        return switch (scope) {
            case NETWORK -> network;
            case EVERYWHERE -> everywhere;
            case UNIT -> throw new IllegalArgumentException("keys of a unit are not shared");
        };
    }

    /** The leaf that a key belongs to. */
    public static int bucket(Key key) {
        return Bucket.of(key);
    }

    /** True if these are the entries of a leaf, by its digests. */
    public boolean accountsFor(int bucket, Collection<Entry> entries) {
        Digest inNetwork = Digest.ZERO;
        Digest inEverywhere = Digest.ZERO;
        for (Entry entry : entries) {
            if (!entry.deleted()) {
                switch (entry.key().scope()) {
                    case NETWORK -> inNetwork = inNetwork.plus(Digest.of(entry));
                    case EVERYWHERE -> inEverywhere = inEverywhere.plus(Digest.of(entry));
                    case UNIT -> {}
                }
            }
        }
        return inNetwork.equals(network.leaf(bucket)) && inEverywhere.equals(everywhere.leaf(bucket));
    }

    /** The leaves that changes belong to. */
    public static Set<Integer> buckets(Collection<Change> changes) {
        Set<Integer> buckets = new HashSet<>();
        changes.forEach(change -> buckets.add(bucket(change.key())));
        return buckets;
    }
}
