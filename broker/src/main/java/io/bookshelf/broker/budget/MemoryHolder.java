package io.bookshelf.broker.budget;

import io.bookshelf.broker.budget.MemoryBudget.Account;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The account of one connection or session in a {@link MemoryBudget}. Closing it gives back all that it holds, so nothing
 * outlives what it was for. Loop thread only.
 */
public final class MemoryHolder {
    private static final Kind[] KINDS = Kind.values();

    private final MemoryBudget budget;
    private final long number;
    private final Runnable evict;
    private final boolean shared;
    private final long[] held = new long[KINDS.length];
    private Owner owner;
    private @Nullable Account principal;
    private @Nullable Account address;
    private @Nullable Account listener;
    private Account[] accounts;
    private long used;
    private boolean closed;

    MemoryHolder(MemoryBudget budget, Owner owner, long number, Runnable evict, boolean shared) {
        this.budget = budget;
        this.number = number;
        this.evict = evict;
        this.shared = shared;
        this.owner = owner;
        this.accounts = attach();
    }

    private Account[] attach() {
        principal = budget.principal(owner);
        address = budget.address(owner);
        listener = budget.listener(owner);
        return Stream.of(principal, address, listener).filter(Objects::nonNull).toArray(Account[]::new);
    }

    /** Wants to hold so many bytes more; others that are idle may have to go for it. Refused when closed. */
    public Verdict take(Kind kind, long bytes) {
        return closed ? Verdict.BUSY : budget.take(this, kind, bytes, true);
    }

    /** The same, but nobody goes for it. */
    public Verdict takeIfFree(Kind kind, long bytes) {
        return closed ? Verdict.BUSY : budget.take(this, kind, bytes, false);
    }

    /**
     * Wants to hold so many bytes more, and can wait.
     *
     * @param granted run once they are held: at once, or later on the loop; never after {@link #close}
     */
    public void takeOrWait(Kind kind, long bytes, Runnable granted) {
        if (!closed) {
            budget.takeOrWait(this, kind, bytes, granted);
        }
    }

    /** Waits no more. */
    public void stopWaiting() {
        budget.forgetWaiting(this);
    }

    /** Gives back bytes that it took. */
    public void give(Kind kind, long bytes) {
        if (closed) {
            return;
        }
        long had = held[kind.ordinal()];
        if (bytes > had) {
            throw new IllegalStateException(bytes + " bytes for " + kind + " given back of " + had);
        }
        held[kind.ordinal()] = had - bytes;
        used -= bytes;
        budget.gave(this, kind, bytes);
    }

    /** Wants to hold so many bytes of a kind, whatever it holds of it now; less is always granted. */
    public Verdict set(Kind kind, long bytes) {
        long more = bytes - used(kind);
        if (more > 0) {
            return take(kind, more);
        }
        give(kind, -more);
        return Verdict.GRANTED;
    }

    /**
     * It turned out whose this is. What is held already moves there, if it is granted as if it were taken anew; else all stays
     * as it was.
     */
    public Verdict owner(Owner to) {
        if (closed || to.equals(owner)) {
            return closed ? Verdict.BUSY : Verdict.GRANTED;
        }
        Owner before = owner;
        long[] moving = held.clone();
        move(to);
        for (Kind kind : KINDS) {
            long bytes = moving[kind.ordinal()];
            Verdict verdict = bytes == 0 ? Verdict.GRANTED : budget.take(this, kind, bytes, true);
            if (!verdict.granted()) {
                move(before);
                for (Kind each : KINDS) {
                    budget.add(this, each, moving[each.ordinal()]);
                }
                return verdict;
            }
        }
        return Verdict.GRANTED;
    }

    private void move(Owner to) {
        for (Kind kind : KINDS) {
            give(kind, held[kind.ordinal()]);
        }
        budget.leave(this);
        owner = to;
        accounts = attach();
    }

    /** Whether it may be ended to make room for others, the newest first: nobody is there, or it does nothing. */
    public void idle(boolean is) {
        if (!closed) {
            budget.idle(this, is);
        }
    }

    /** Gives back all; does nothing the second time. */
    public void close() {
        if (closed) {
            return;
        }
        for (Kind kind : KINDS) {
            give(kind, held[kind.ordinal()]);
        }
        closed = true;
        budget.closed(this);
    }

    /** True once it holds nothing for good. */
    public boolean closed() {
        return closed;
    }

    /** Bytes that it holds. */
    public long used() {
        return used;
    }

    /** Bytes that it holds of what all kinds share. */
    long common() {
        return used - used(Kind.DELIVERY);
    }

    /** Bytes that it holds for something. */
    public long used(Kind kind) {
        return held[kind.ordinal()];
    }

    /** Whose it is. */
    public Owner owner() {
        return owner;
    }

    void add(Kind kind, long bytes) {
        held[kind.ordinal()] += bytes;
        used += bytes;
    }

    void evict() {
        evict.run();
    }

    long number() {
        return number;
    }

    boolean shared() {
        return shared;
    }

    @Nullable
    Account principal() {
        return principal;
    }

    @Nullable
    Account address() {
        return address;
    }

    @Nullable
    Account listener() {
        return listener;
    }

    Account[] accounts() {
        return accounts;
    }
}
