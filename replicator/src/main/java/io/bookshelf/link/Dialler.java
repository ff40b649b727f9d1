package io.bookshelf.link;

import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that the units that are to be linked are dialled while no link to them is open: one attempt at a time for each, at
 * all its addresses in turn, then a wait. Names are looked up anew each time, each on a thread of its own.
 */
final class Dialler implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Dialler.class);

    /** A link that lived so long was a good one; the next break is followed by a short wait. */
    private static final Duration GOOD_LINK = Duration.ofSeconds(5);

    /** Of two units that start at once one waits so long, in milliseconds: else each pair makes two links and drops one. */
    private static final long LET_THEM_DIAL = 1_000;

    /** A unit that is dialled rarely is dialled within so long. */
    private static final Duration RARELY = Duration.ofMinutes(10);

    /** Other addresses of a unit are tried at once, but no sooner after an attempt. */
    private static final Duration SOONEST_AGAIN = Duration.ofSeconds(1);

    private static final Executor LOOK_UP =
            task -> Thread.ofPlatform().daemon().name("bookshelf-name").start(task);

    private final String self;
    private final Function<String, List<PeerAddress>> addresses;
    private final BiFunction<String, InetSocketAddress, CompletableFuture<Link>> dial;
    private final LinkListener listener;
    private final RandomGenerator random;
    private final Map<String, Target> targets = new HashMap<>();
    private final Map<String, Integer> links = new HashMap<>();
    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(
            1, task -> Thread.ofPlatform().daemon().name("bookshelf-dial").unstarted(task));

    /** A unit that is to be linked. Belongs to the dialler's thread. */
    private final class Target {
        private final String unit;
        private final Backoff backoff = new Backoff(random);
        private @Nullable ScheduledFuture<?> next;
        private boolean dialling;
        private boolean rare;
        private List<PeerAddress> tried = List.of();
        private long lastTry;
        private String lastFailure = "";

        Target(String unit) {
            this.unit = unit;
        }

        Duration pause() {
            return rare ? Duration.ofMillis(random.nextLong(RARELY.toMillis() / 2, RARELY.toMillis())) : backoff.next();
        }

        void dialIn(Duration wait) {
            stop();
            try {
                next = thread.schedule(() -> dialNow(this), wait.toMillis(), TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException e) {
                // The unit stops.
            }
        }

        void stop() {
            if (next != null) {
                next.cancel(false);
                next = null;
            }
        }
    }

    /**
     * @param self this unit's id
     * @param addresses where a unit may be reached
     * @param dial makes a connection to a unit at an address; the listener is told before it completes
     */
    Dialler(
            String self,
            Function<String, List<PeerAddress>> addresses,
            BiFunction<String, InetSocketAddress, CompletableFuture<Link>> dial,
            LinkListener listener,
            RandomGenerator random) {
        this.self = self;
        this.addresses = addresses;
        this.dial = dial;
        this.listener = listener;
        this.random = random;
        thread.setRemoveOnCancelPolicy(true);
    }

    /** These units are to be linked, and no others dialled, some of them rarely. */
    void keepLinked(Set<String> units, Set<String> rarely) {
        Set<String> wanted = Set.copyOf(units);
        Set<String> rare = Set.copyOf(rarely);
        run(() -> {
            targets.values().removeIf(target -> {
                boolean gone = !wanted.contains(target.unit);
                if (gone) {
                    target.stop();
                }
                return gone;
            });
            for (String unit : wanted) {
                Target known = targets.get(unit);
                if (known != null) {
                    boolean wasRare = known.rare;
                    known.rare = rare.contains(unit);
                    if (wasRare && !known.rare) {
                        known.backoff.reset();
                        dialNow(known);
                    }
                } else {
                    Target target = new Target(unit);
                    target.rare = rare.contains(unit);
                    targets.put(unit, target);
                    if (target.rare) {
                        target.dialIn(target.pause());
                    } else if (self.compareTo(unit) < 0) {
                        dialNow(target);
                    } else {
                        target.dialIn(Duration.ofMillis(random.nextLong(LET_THEM_DIAL / 2, LET_THEM_DIAL)));
                    }
                }
            }
        });
    }

    /** Units may have got other addresses: those that are waited for are tried at once. */
    void addressesChanged() {
        run(() -> targets.values().forEach(target -> {
            if (target.rare || links.containsKey(target.unit)) {
                return;
            }
            List<PeerAddress> now = addresses.apply(target.unit);
            if (!now.equals(target.tried)) {
                target.backoff.reset();
                // Whoever keeps changing them does not have this unit knock at each the moment it is named.
                long soonest = target.lastTry + SOONEST_AGAIN.toNanos() - System.nanoTime();
                if (target.tried.isEmpty() || soonest <= 0) {
                    dialNow(target);
                } else {
                    target.dialIn(Duration.ofNanos(soonest));
                }
            }
        }));
    }

    /** A link to the unit is open, whichever side dialled. */
    void linked(String unit) {
        run(() -> {
            links.merge(unit, 1, Integer::sum);
            Target target = targets.get(unit);
            if (target != null) {
                target.stop();
                target.lastFailure = "";
            }
        });
    }

    /** A link to the unit that was open for {@code life} is not any more. */
    void unlinked(String unit, Duration life) {
        run(() -> {
            int left = links.merge(unit, -1, Integer::sum);
            Target target = targets.get(unit);
            if (left > 0) {
                return;
            }
            links.remove(unit);
            if (target != null && !target.dialling) {
                if (life.compareTo(GOOD_LINK) > 0) {
                    target.backoff.reset();
                }
                target.dialIn(target.pause());
            }
        });
    }

    /** Runs something on the dialler's thread. */
    void run(Runnable task) {
        try {
            thread.execute(() -> {
                try {
                    task.run();
                } catch (RuntimeException e) {
                    log.error("a mistake of ours: {}", e.toString(), e);
                }
            });
        } catch (RejectedExecutionException e) {
            // The unit stops.
        }
    }

    private void dialNow(Target target) {
        target.stop();
        if (target.dialling || links.containsKey(target.unit) || targets.get(target.unit) != target) {
            return;
        }
        List<PeerAddress> all = addresses.apply(target.unit);
        target.dialling = true;
        target.tried = List.copyOf(all);
        target.lastTry = System.nanoTime();
        // It waits for sockets and name servers most of the time, and there may be one for each unit of the network.
        Thread.ofVirtual().name("bookshelf-dial-" + target.unit).start(() -> {
            String failure = tryAll(target.unit, all);
            run(() -> tried(target, failure));
        });
    }

    private void tried(Target target, @Nullable String failure) {
        target.dialling = false;
        if (targets.get(target.unit) != target || links.containsKey(target.unit)) {
            return;
        }
        if (failure != null) {
            if (!failure.equals(target.lastFailure)) {
                log.info("unit {} cannot be reached: {}", target.unit, failure);
                target.lastFailure = failure;
            }
            listener.notReached(target.unit, failure);
        }
        target.dialIn(target.pause());
    }

    /** Null if one of the addresses led to a link; else why none did. */
    private @Nullable String tryAll(String unit, List<PeerAddress> all) {
        StringBuilder failures = new StringBuilder();
        for (PeerAddress address : all) {
            String failure = tryOne(unit, address);
            if (failure == null) {
                return null;
            }
            failures.append(failures.isEmpty() ? "" : "; ")
                    .append(address)
                    .append(": ")
                    .append(failure);
        }
        return failures.isEmpty() ? "no address is known" : failures.toString();
    }

    private @Nullable String tryOne(String unit, PeerAddress address) {
        String failure = "it stands for no address";
        try {
            for (InetSocketAddress each : resolved(address)) {
                try {
                    dial.apply(unit, each).get();
                    return null;
                } catch (ExecutionException e) {
                    failure = cause(e);
                }
            }
        } catch (ExecutionException e) {
            failure = "it cannot be looked up: " + cause(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            failure = "interrupted";
        }
        return failure;
    }

    private static String cause(ExecutionException e) {
        return e.getCause() == null
                ? String.valueOf(e.getMessage())
                : String.valueOf(e.getCause().getMessage());
    }

    private static List<InetSocketAddress> resolved(PeerAddress address)
            throws ExecutionException, InterruptedException {
        CompletableFuture<List<InetSocketAddress>> found = new CompletableFuture<>();
        Executor where = address.inNumbers() ? Runnable::run : LOOK_UP;
        where.execute(() -> {
            try {
                found.complete(address.resolve());
            } catch (UnknownHostException e) {
                found.completeExceptionally(e);
            }
        });
        return found.get();
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
