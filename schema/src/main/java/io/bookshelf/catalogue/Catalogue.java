package io.bookshelf.catalogue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Descriptions of keys, to be found by key. Immutable. */
public final class Catalogue {
    /** One that describes nothing. */
    public static final Catalogue EMPTY = new Catalogue(List.of());

    // The most specific first.
    private final List<KeyDescription> descriptions;

    private Catalogue(List<KeyDescription> descriptions) {
        List<KeyDescription> sorted = new ArrayList<>(descriptions);
        sorted.sort((a, b) -> a.pattern().compareTo(b.pattern()));
        this.descriptions = List.copyOf(sorted);
    }

    /**
     * A catalogue of these.
     *
     * @throws IllegalArgumentException if two describe the same keys; the message is a sentence
     */
    public static Catalogue of(List<KeyDescription> descriptions) {
        Catalogue catalogue = new Catalogue(descriptions);
        List<KeyDescription> sorted = catalogue.descriptions;
        for (int i = 1; i < sorted.size(); i++) {
            KeyPattern one = sorted.get(i - 1).pattern();
            KeyPattern other = sorted.get(i).pattern();
            if (one.sameKeys(other)) {
                throw new IllegalArgumentException(
                        one.equals(other)
                                ? one + " is described twice: leave one out"
                                : one + " and " + other + " are the same keys: leave one out");
            }
        }
        return catalogue;
    }

    /** All of them, patterns in order. */
    public List<KeyDescription> descriptions() {
        return descriptions;
    }

    /** What describes a key: of the patterns that match it, the most specific. */
    public Optional<KeyDescription> find(String key) {
        return descriptions.stream()
                .filter(description -> description.pattern().matches(key))
                .findFirst();
    }

    /** This with others besides; where both describe the same keys, what the others say counts. */
    public Catalogue with(Catalogue others) {
        List<KeyDescription> all = new ArrayList<>(others.descriptions);
        for (KeyDescription own : descriptions) {
            if (others.descriptions.stream().noneMatch(other -> other.pattern().sameKeys(own.pattern()))) {
                all.add(own);
            }
        }
        return new Catalogue(all);
    }
}
