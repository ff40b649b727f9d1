package io.bookshelf.broker.budget;

import java.util.Locale;

/** The bounds of a {@link MemoryBudget}. */
enum Bound {
    HOLDER("one connection or session", Verdict.QUOTA_EXCEEDED),
    PRINCIPAL("one user", Verdict.QUOTA_EXCEEDED),
    ADDRESS("one address", Verdict.QUOTA_EXCEEDED),
    LISTENER("one listener", Verdict.BUSY),
    KIND("this", Verdict.BUSY),
    TOTAL("all clients", Verdict.BUSY);

    private final String whose;
    private final Verdict verdict;

    Bound(String whose, Verdict verdict) {
        this.whose = whose;
        this.verdict = verdict;
    }

    Verdict verdict() {
        return verdict;
    }

    /** True if what {@code other} holds counts towards this bound of {@code asking}, and may have to make way for it. */
    boolean concerns(MemoryHolder asking, MemoryHolder other) {
        boolean mayGo = other.owner().tier().compareTo(asking.owner().tier()) <= 0;
        return switch (this) {
            case HOLDER -> false;
            case PRINCIPAL -> mayGo && asking.principal() == other.principal();
            case ADDRESS -> mayGo && asking.address() == other.address();
            case LISTENER -> mayGo && asking.listener() == other.listener();
            case KIND, TOTAL -> mayGo;
        };
    }

    /** Without figures, so that the same line is the same. */
    String says(Owner owner, Kind kind, long bytes) {
        return "memory budget: no room for " + name(kind) + " of " + name(owner) + ": the bound for " + whose
                + " is reached";
    }

    String saysOfEvicted(Owner owner, Kind kind) {
        return "memory budget: the newest idle connection or session of " + name(owner) + " was ended to make room for "
                + name(kind);
    }

    private static String name(Kind kind) {
        return kind.label().replace('_', ' ');
    }

    private static String name(Owner owner) {
        String who = owner.principal().isEmpty() ? "" : " " + owner.principal().replaceAll("\\p{C}", "?");
        String where = owner.address().isEmpty() ? "" : " at " + owner.address();
        return (owner.tier().name().toLowerCase(Locale.ROOT) + who + where);
    }
}
