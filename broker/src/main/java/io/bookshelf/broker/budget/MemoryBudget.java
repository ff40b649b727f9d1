package io.bookshelf.broker.budget;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The memory that clients can make the unit hold, in bytes, accounted to holders: connections and sessions. Nothing is
 * allocated here; who wants to hold something asks first, and gives it back with what it was for. Over a bound the newest
 * idle holder under that bound goes, if that makes room, else the request is refused; the sum never exceeds the budget.
 *
 * <p>Bounds: each holder; each principal, remote address and listener; each {@link Kind}; all. The last two are cut by
 * {@link Tier}, so that room is left for loopback and links. Loop thread only, {@link #status} excepted.
 */
public final class MemoryBudget {
    /** Percent of a tier's ceiling that one holder may have. */
    private static final int HOLDER_PERCENT = 25;

    /** Percent of a tier's ceiling that a principal, and a remote address, may have. */
    private static final int OWNER_PERCENT = 40;

    private static final int LISTENER_PERCENT = 80;
    private static final Bound[] BOUNDS = Bound.values();
    private static final Tier[] TIERS = Tier.values();
    private static final long HEAP_PARTS = 3;
    private static final long MOST = 1L << 30;

    /**
     * How full the budget is.
     *
     * @param refused how often somebody was refused since the start
     * @param evicted how many holders had to go since the start
     */
    public record Status(long total, long used, Map<Kind, Long> byKind, long refused, long evicted) {}

    private final long total;
    private final Consumer<String> log;
    private final Map<String, Account> principals = new HashMap<>();
    private final Map<String, Account> addresses = new HashMap<>();
    private final Map<String, Account> listeners = new HashMap<>();
    // Without what has a share of its own.
    private final long[] usedByTier = new long[Tier.values().length];
    private final Map<Kind, long[]> usedByKind = new EnumMap<>(Kind.class);
    private final NavigableMap<Long, MemoryHolder> idle = new TreeMap<>();
    private final Set<Waiting> waiting = new LinkedHashSet<>();
    private boolean granting;
    private long holders;
    private long opened;
    private long refused;
    private long evicted;
    private volatile Status status;

    private record Waiting(MemoryHolder holder, Kind kind, long bytes, Runnable granted) {}

    /**
     * Makes an empty one.
     *
     * @param total bytes that may be held
     * @param log takes a line about a bound that was met; to be limited in rate by whoever hands it in
     */
    public MemoryBudget(long total, Consumer<String> log) {
        this.total = total;
        this.log = log;
        for (Kind kind : Kind.values()) {
            usedByKind.put(kind, new long[Tier.values().length]);
        }
        this.status = now();
    }

    /** A budget that fits a heap of so many bytes: a third of it. */
    public static long forHeap(long heapBytes) {
        return Math.min(heapBytes / HEAP_PARTS, MOST);
    }

    /** One without any bound that could be met, for tests of other things. */
    public static MemoryBudget unbounded() {
        return new MemoryBudget(Long.MAX_VALUE / 1_000, line -> {});
    }

    /**
     * Opens the account of a connection or a session.
     *
     * @param evict ends it; called only while it is idle. What it holds is to be given back within the call
     */
    public MemoryHolder open(Owner owner, Runnable evict) {
        holders++;
        return new MemoryHolder(this, owner, ++opened, evict, false);
    }

    /** Opens the account of something that many share: no quota of a holder applies to it. */
    public MemoryHolder openShared() {
        holders++;
        return new MemoryHolder(this, Owner.UNIT, ++opened, () -> {}, true);
    }

    /** Bytes that may be held. */
    public long total() {
        return total;
    }

    /** Bytes that are held. */
    public long used() {
        long sum = used(Kind.DELIVERY);
        for (long each : usedByTier) {
            sum += each;
        }
        return sum;
    }

    /** Bytes that are held for something. */
    public long used(Kind kind) {
        long sum = 0;
        for (long each : tiers(kind)) {
            sum += each;
        }
        return sum;
    }

    /** The most bytes that may be held for something. */
    public long most(Kind kind) {
        return kind.shareOf(total);
    }

    /** How many holders are open. */
    public long holders() {
        return holders;
    }

    /** How full it was when {@link #tick} was called last. Any thread. */
    public Status status() {
        return status;
    }

    /** Once a second: says anew how full it is, and grants what has waited for room. */
    public void tick() {
        status = now();
        grantWaiting();
    }

    private Status now() {
        Map<Kind, Long> byKind = new EnumMap<>(Kind.class);
        for (Kind kind : Kind.values()) {
            byKind.put(kind, used(kind));
        }
        return new Status(total, used(), byKind, refused, evicted);
    }

    // --- taking -----------------------------------------------------------------------------------------------------

    Verdict take(MemoryHolder holder, Kind kind, long bytes, boolean othersMayGo) {
        Bound over = over(holder, kind, bytes);
        while (over != null && othersMayGo && makeRoom(over, holder, kind, bytes)) {
            over = over(holder, kind, bytes);
        }
        if (over != null) {
            refused++;
            log.accept(over.says(holder.owner(), kind, bytes));
            return over.verdict();
        }
        if (holder.closed()) {
            // Making room may have ended whoever asks: nobody would give this back.
            return Verdict.BUSY;
        }
        add(holder, kind, bytes);
        return Verdict.GRANTED;
    }

    /** Takes at once if there is room, else when there is; forgotten when the holder closes. */
    void takeOrWait(MemoryHolder holder, Kind kind, long bytes, Runnable granted) {
        if (mayAdd(holder, kind, bytes)) {
            add(holder, kind, bytes);
            granted.run();
        } else {
            waiting.add(new Waiting(holder, kind, bytes, granted));
        }
    }

    /** Grants what has waited for room, in its order, as far as there is some; in a task of the loop's own. */
    public void grantSoon(Consumer<Runnable> loop) {
        if (!waiting.isEmpty() && !granting) {
            granting = true;
            loop.accept(() -> {
                granting = false;
                grantWaiting();
            });
        }
    }

    private void grantWaiting() {
        // Where one of a tier gets nothing, those of it behind get nothing either: their turn comes later.
        Set<Tier> full = EnumSet.noneOf(Tier.class);
        for (Waiting each : List.copyOf(waiting)) {
            Tier tier = each.holder().owner().tier();
            if (full.size() == TIERS.length) {
                return;
            }
            // Whoever goes for one before may have waited too.
            if (!full.contains(tier) && !each.holder().closed() && waiting.contains(each)) {
                if (mayAdd(each.holder(), each.kind(), each.bytes())) {
                    waiting.remove(each);
                    add(each.holder(), each.kind(), each.bytes());
                    each.granted().run();
                } else {
                    full.add(tier);
                }
            }
        }
    }

    private boolean mayAdd(MemoryHolder holder, Kind kind, long bytes) {
        Bound over = over(holder, kind, bytes);
        while (over != null && makeRoom(over, holder, kind, bytes)) {
            over = over(holder, kind, bytes);
        }
        return over == null;
    }

    void forgetWaiting(MemoryHolder holder) {
        waiting.removeIf(each -> each.holder() == holder);
    }

    /** Whether somebody waits for room of a kind. */
    public boolean somebodyWaits() {
        return !waiting.isEmpty();
    }

    void add(MemoryHolder holder, Kind kind, long bytes) {
        holder.add(kind, bytes);
        int tier = holder.owner().tier().ordinal();
        tiers(kind)[tier] += bytes;
        if (kind.apart()) {
            return;
        }
        usedByTier[tier] += bytes;
        for (Account account : holder.accounts()) {
            account.used += bytes;
        }
    }

    /** The first bound that so many bytes more would break, null for none. */
    private @Nullable Bound over(MemoryHolder holder, Kind kind, long bytes) {
        for (Bound bound : BOUNDS) {
            if (excess(bound, holder, kind, bytes) > 0) {
                return bound;
            }
        }
        return null;
    }

    /** By how many bytes a bound would be exceeded, were so many more held. */
    private long excess(Bound bound, MemoryHolder holder, Kind kind, long bytes) {
        Tier tier = holder.owner().tier();
        if (kind.apart() && bound != Bound.KIND) return 0;
        long common = total - Kind.DELIVERY.shareOf(total);
        long ceiling = tier.ceilingOf(common);
        long most = ceiling * OWNER_PERCENT / 100;
        return switch (bound) {
            case HOLDER -> holder.shared() ? 0 : holder.common() + bytes - ceiling * HOLDER_PERCENT / 100;
            case PRINCIPAL -> excess(holder.principal(), bytes, most);
            case ADDRESS -> excess(holder.address(), bytes, most);
            case LISTENER -> excess(holder.listener(), bytes, ceiling * listenerPercent(tier) / 100);
            case KIND -> excess(tiers(kind), tier, bytes, kind.shareOf(total));
            case TOTAL -> excess(usedByTier, tier, bytes, common);
        };
    }

    /** Only those from elsewhere leave room at one listener for others of their kind. */
    private static int listenerPercent(Tier tier) {
        return tier == Tier.STRANGER ? LISTENER_PERCENT : 100;
    }

    private static long excess(@Nullable Account account, long bytes, long most) {
        return account == null ? 0 : account.used + bytes - most;
    }

    /** No tier from this one on may be over its ceiling, which it shares with those before it. */
    private static long excess(long[] used, Tier tier, long bytes, long mostOfAll) {
        long excess = 0;
        long sum = bytes;
        for (Tier each : TIERS) {
            sum += used[each.ordinal()];
            if (each.compareTo(tier) >= 0) {
                excess = Math.max(excess, sum - each.ceilingOf(mostOfAll));
            }
        }
        return excess;
    }

    private long[] tiers(Kind kind) {
        long[] used = usedByKind.get(kind);
        if (used == null) {
            throw new IllegalStateException("no account of " + kind);
        }
        return used;
    }

    // --- going ------------------------------------------------------------------------------------------------------

    /** Evicts idle holders under the bound, the newest first, if they hold enough; true if any went. */
    private boolean makeRoom(Bound over, MemoryHolder asking, Kind kind, long bytes) {
        List<MemoryHolder> go = new ArrayList<>();
        long needed = excess(over, asking, kind, bytes);
        long freed = 0;
        for (MemoryHolder each : idle.descendingMap().values()) {
            if (freed >= needed) {
                break;
            }
            long theirs = over == Bound.KIND ? each.used(kind) : each.common();
            if (each != asking && theirs > 0 && over.concerns(asking, each)) {
                go.add(each);
                freed += theirs;
            }
        }
        if (freed < needed) {
            return false;
        }
        for (MemoryHolder each : go) {
            if (!each.closed()) {
                evicted++;
                // Whatever it does now, it is not asked twice.
                idle(each, false);
                log.accept(over.saysOfEvicted(each.owner(), kind));
                each.evict();
            }
        }
        return true;
    }

    void idle(MemoryHolder holder, boolean is) {
        if (is) {
            idle.put(holder.number(), holder);
        } else {
            idle.remove(holder.number());
        }
    }

    void gave(MemoryHolder holder, Kind kind, long bytes) {
        int tier = holder.owner().tier().ordinal();
        tiers(kind)[tier] -= bytes;
        if (kind.apart()) {
            return;
        }
        usedByTier[tier] -= bytes;
        for (Account account : holder.accounts()) {
            account.used -= bytes;
        }
    }

    void closed(MemoryHolder holder) {
        holders--;
        idle.remove(holder.number());
        forgetWaiting(holder);
        leave(holder);
    }

    void leave(MemoryHolder holder) {
        release(principals, holder.owner().principal(), holder.principal());
        release(addresses, holder.owner().address(), holder.address());
        release(listeners, holder.owner().listener(), holder.listener());
    }

    private static void release(Map<String, Account> accounts, String name, @Nullable Account account) {
        if (account != null && --account.holders == 0) {
            accounts.remove(name);
        }
    }

    private static @Nullable Account account(Map<String, Account> accounts, String name) {
        if (name.isEmpty()) {
            return null;
        }
        Account account = accounts.computeIfAbsent(name, any -> new Account());
        account.holders++;
        return account;
    }

    @Nullable
    Account principal(Owner owner) {
        return account(principals, owner.principal());
    }

    @Nullable
    Account address(Owner owner) {
        return account(addresses, owner.address());
    }

    @Nullable
    Account listener(Owner owner) {
        return account(listeners, owner.listener());
    }
}
