package io.bookshelf.broker.mqtt;

import io.bookshelf.broker.budget.RemoteAddress;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Password checks that wait, each of which takes long. Addresses take turns, and so do the user names that one address asks
 * for. Each user name and each address has few that wait, so that nobody waits long for others' checks; what is over a bound
 * is refused: the newcomer, or the newest check of whoever has more. Any thread.
 */
final class PasswordChecks {
    private static final int MOST = 256;
    private static final int MOST_OF_ADDRESS = 32;
    private static final int MOST_OF_LOOPBACK = 192;
    private static final int MOST_OF_USER = 16;
    private static final int MOST_OF_USER_BY_LOOPBACK = 64;

    private final Executor executor;
    private final Map<String, Map<String, ArrayDeque<Check>>> waiting = new LinkedHashMap<>();
    private int size;
    private boolean running;

    /**
     * A check.
     *
     * @param of whose it is: it is forgotten with them
     * @param work does it
     * @param refused is run instead if it is not done, unless its owner is gone
     */
    record Check(Object of, String address, String user, Runnable work, Runnable refused) {}

    /** Makes an empty one. */
    PasswordChecks(Executor executor) {
        this.executor = executor;
    }

    /** Has a check done in its turn, or refused. */
    void offer(Check check) {
        Check out;
        boolean start;
        synchronized (this) {
            out = makeRoom(check);
            if (out != check) {
                add(check);
            }
            start = size > 0 && !running;
            running |= start;
        }
        if (start) {
            // One task, however many come and go: what waits is bounded here and nowhere else.
            executor.execute(this::runAll);
        }
        if (out != null) {
            out.refused().run();
        }
    }

    private void runAll() {
        for (Check next = nextOrStop(); next != null; next = nextOrStop()) {
            next.work().run();
        }
    }

    private synchronized @Nullable Check nextOrStop() {
        Check next = next();
        running = next != null;
        return next;
    }

    /** Whoever asked is gone, and with them what was asked for. */
    synchronized void forget(Object of) {
        for (Iterator<Map<String, ArrayDeque<Check>>> each = waiting.values().iterator(); each.hasNext(); ) {
            Map<String, ArrayDeque<Check>> users = each.next();
            users.values()
                    .forEach(checks -> checks.removeIf(check -> {
                        boolean goes = check.of() == of;
                        size -= goes ? 1 : 0;
                        return goes;
                    }));
            users.values().removeIf(ArrayDeque::isEmpty);
            if (users.isEmpty()) {
                each.remove();
            }
        }
    }

    /** Who has to go so that a newcomer can wait: null for nobody, or the newcomer itself. */
    private @Nullable Check makeRoom(Check newcomer) {
        Map<String, ArrayDeque<Check>> own = waiting.getOrDefault(newcomer.address(), Map.of());
        ArrayDeque<Check> same = own.get(newcomer.user());
        if (same != null && same.size() >= mostOfUser(newcomer.address())) return newcomer;
        if (count(own) >= mostOf(newcomer.address()))
            return newestOfLongest(newcomer, own, same == null ? 1 : same.size());
        if (size < MOST) return null;
        Map<String, ArrayDeque<Check>> largest = own;
        for (Map<String, ArrayDeque<Check>> each : waiting.values()) {
            if (count(each) > count(largest)) {
                largest = each;
            }
        }
        return count(largest) > count(own) ? newestOfLongest(newcomer, largest, 0) : newcomer;
    }

    private static int mostOf(String address) {
        return address.equals(RemoteAddress.LOOPBACK) ? MOST_OF_LOOPBACK : MOST_OF_ADDRESS;
    }

    private static int mostOfUser(String address) {
        return address.equals(RemoteAddress.LOOPBACK) ? MOST_OF_USER_BY_LOOPBACK : MOST_OF_USER;
    }

    private static int count(Map<String, ArrayDeque<Check>> users) {
        int sum = 0;
        for (ArrayDeque<Check> checks : users.values()) {
            sum += checks.size();
        }
        return sum;
    }

    /** Takes out the newest check of the user name for which most wait, if these are more than {@code than}. */
    private Check newestOfLongest(Check newcomer, Map<String, ArrayDeque<Check>> users, int than) {
        ArrayDeque<Check> longest = null;
        for (ArrayDeque<Check> each : users.values()) {
            if (each.size() > than && (longest == null || each.size() > longest.size())) {
                longest = each;
            }
        }
        Check newest = longest == null ? null : longest.peekLast();
        if (newest == null) {
            return newcomer;
        }
        remove(newest);
        return newest;
    }

    private void add(Check check) {
        waiting.computeIfAbsent(check.address(), any -> new LinkedHashMap<>())
                .computeIfAbsent(check.user(), any -> new ArrayDeque<>())
                .add(check);
        size++;
    }

    private void remove(Check check) {
        Map<String, ArrayDeque<Check>> users = waiting.get(check.address());
        ArrayDeque<Check> checks = users == null ? null : users.get(check.user());
        if (users == null || checks == null || !checks.remove(check)) {
            return;
        }
        size--;
        if (checks.isEmpty()) {
            users.remove(check.user());
        }
        if (users.isEmpty()) {
            waiting.remove(check.address());
        }
    }

    /** The next in turn; its address and its user name go to the end of theirs. */
    private synchronized @Nullable Check next() {
        for (Map.Entry<String, Map<String, ArrayDeque<Check>>> address : waiting.entrySet()) {
            Map<String, ArrayDeque<Check>> users = address.getValue();
            for (Map.Entry<String, ArrayDeque<Check>> user : users.entrySet()) {
                String name = user.getKey();
                ArrayDeque<Check> checks = user.getValue();
                Check first = checks.peek();
                if (first == null) {
                    continue;
                }
                remove(first);
                if (users.remove(name) != null) {
                    users.put(name, checks);
                }
                if (waiting.remove(address.getKey()) != null) {
                    waiting.put(address.getKey(), users);
                }
                return first;
            }
        }
        return null;
    }

    /** How many wait. */
    synchronized int size() {
        return size;
    }
}
