package io.bookshelf.replica;

import java.util.List;

/** Replica ids for tests. */
final class Boots {
    private static final int RANDOM_BITS = 40;

    private Boots() {}

    /** A replica id of a unit, by a small number. */
    static long of(String unit, long number) {
        return Incarnations.tag(unit) << RANDOM_BITS | number;
    }

    /** The ticket of the page that is to be counted. */
    static long counting(List<Effect> effects) {
        return effects.stream()
                .filter(Effect.CountPage.class::isInstance)
                .mapToLong(effect -> ((Effect.CountPage) effect).ticket())
                .findFirst()
                .orElseThrow();
    }
}
