package io.bookshelf.replica;

import io.bookshelf.merkle.MerkleTree;
import io.bookshelf.schema.Digest;
import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Scope;
import io.bookshelf.schema.Version;
import io.bookshelf.schema.wire.Frame;
import io.bookshelf.schema.wire.Frames;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds the keys in which two units differ, by descending their trees in turns; each frame says all that its answer needs. It
 * trusts neither push nor catch-up. One that is lost is begun again.
 */
final class Descents {
    private static final int MOST_NODES = 64;
    private static final int MOST_LEAVES = 128;
    private static final long GIVE_UP_MILLIS = 10_000;
    private static final int DIFFERENCES_BEFORE = 2;

    private final CoreState core;
    private final PeerLink link;
    private long differsSince = -1;
    private int quietDifferences;
    private boolean agreed;
    private long agreedAtWall;
    // A difference is known to be real: look again as soon as it can be seen.
    private boolean eager;
    private long begunAt = -1;
    // The peer waits for what it asked for: what it said before that is no ground for a descent.
    private boolean owes;

    Descents(CoreState core, PeerLink link) {
        this.core = core;
        this.link = link;
    }

    void cursorWasLost(boolean something) {
        eager = something;
    }

    void unknown() {
        agreed = false;
    }

    void agreed() {
        agreed = true;
        agreedAtWall = core.wallMillis;
        differsSince = -1;
        quietDifferences = 0;
        eager = false;
        begunAt = -1;
    }

    boolean hasAgreed() {
        return agreed;
    }

    long agreedAtWall() {
        return agreedAtWall;
    }

    boolean isUnderWay() {
        return begunAt >= 0 && core.now - begunAt < GIVE_UP_MILLIS;
    }

    /** The roots differ; begins a descent if that is not explained by what is under way. */
    void differ(Frame.Roots ours, Frame.Roots theirs, boolean quiet) {
        agreed = false;
        if (differsSince < 0) {
            differsSince = core.now;
        }
        quietDifferences = quiet ? quietDifferences + 1 : 0;
        if (isUnderWay()) {
            return;
        }
        boolean first = Long.compareUnsigned(core.boot, link.hello().boot()) < 0;
        boolean real = quiet && (eager || quietDifferences >= (first ? DIFFERENCES_BEFORE : 3 * DIFFERENCES_BEFORE));
        if (real && (first || quietDifferences >= DIFFERENCES_BEFORE)
                || core.now - differsSince >= core.settings.reconcileMillis()) {
            begin(ours, theirs);
        }
    }

    private void begin(Frame.Roots ours, Frame.Roots theirs) {
        begunAt = core.now;
        eager = true;
        differsSince = core.now;
        for (Scope scope : List.of(Scope.EVERYWHERE, Scope.NETWORK)) {
            if (link.shares(scope) && !ours.of(scope).equals(theirs.of(scope))) {
                MerkleTree tree = core.forest.tree(scope);
                core.send(link.id, new Frame.Descent(scope, 0, new int[] {0}, tree.children(0, 0)));
            }
        }
    }

    /** @return what is wrong with the frame, empty for nothing */
    String take(Frame.Descent descent) {
        if (!link.shares(descent.scope()) || descent.nodes().length > MOST_NODES) {
            return "a descent that was not to be";
        }
        if (!core.forest.isCounted()) {
            core.send(link.id, new Frame.Items(descent.scope(), List.of()));
            return "";
        }
        List<Integer> differing = differing(descent);
        if (differing.isEmpty()) {
            core.send(link.id, new Frame.Items(descent.scope(), List.of()));
        } else if (descent.level() == MerkleTree.DEPTH - 1) {
            list(descent.scope(), some(differing, MOST_LEAVES));
        } else {
            deeper(descent.scope(), descent.level() + 1, some(differing, MOST_NODES));
        }
        return "";
    }

    private List<Integer> differing(Frame.Descent descent) {
        MerkleTree tree = core.forest.tree(descent.scope());
        List<Integer> differing = new ArrayList<>();
        for (int i = 0; i < descent.nodes().length; i++) {
            long[] ours = tree.children(descent.level(), descent.nodes()[i]);
            for (int child = 0; child < MerkleTree.FAN_OUT; child++) {
                if (ours[child] != descent.digests()[i * MerkleTree.FAN_OUT + child]) {
                    differing.add(descent.nodes()[i] * MerkleTree.FAN_OUT + child);
                }
            }
        }
        return differing;
    }

    /** At most so many, from a random place on: those that change all the time must not keep the others waiting. */
    private List<Integer> some(List<Integer> all, int most) {
        if (all.size() <= most) {
            return all;
        }
        int from = core.random.nextInt(all.size());
        List<Integer> chosen = new ArrayList<>();
        for (int i = 0; i < most; i++) {
            chosen.add(all.get((from + i) % all.size()));
        }
        return chosen;
    }

    private void deeper(Scope scope, int level, List<Integer> nodes) {
        MerkleTree tree = core.forest.tree(scope);
        long[] digests = new long[nodes.size() * MerkleTree.FAN_OUT];
        for (int i = 0; i < nodes.size(); i++) {
            System.arraycopy(
                    tree.children(level, nodes.get(i)), 0, digests, i * MerkleTree.FAN_OUT, MerkleTree.FAN_OUT);
        }
        int[] numbers = nodes.stream().mapToInt(Integer::intValue).toArray();
        core.send(link.id, new Frame.Descent(scope, level, numbers, digests));
    }

    private void list(Scope scope, List<Integer> leaves) {
        core.read(leaves, found -> {
            List<Frame.Items.Leaf> listed = new ArrayList<>();
            found.forEach((bucket, entries) -> listed.add(new Frame.Items.Leaf(
                    bucket,
                    entries.stream()
                            .filter(entry -> !entry.deleted() && entry.key().scope() == scope)
                            .map(Descents::item)
                            .toList())));
            core.send(link.id, new Frame.Items(scope, listed));
        });
    }

    private static Frame.Item item(Entry entry) {
        return new Frame.Item(
                Digest.ofKey(entry.key()),
                entry.version().stamp(),
                entry.version().replica(),
                entry.counter());
    }

    /** The other side's entries of the leaves that differ: says what it lacks, and asks for what it has. */
    String take(Frame.Items items) {
        if (!link.shares(items.scope()) || items.leaves().size() > MOST_LEAVES) {
            return "items that were not asked for";
        }
        if (items.leaves().isEmpty()) {
            begunAt = -1;
            eager = false;
            return "";
        }
        List<Integer> buckets =
                items.leaves().stream().map(Frame.Items.Leaf::bucket).toList();
        core.read(buckets, ours -> repair(items, ours));
        return "";
    }

    private void repair(Frame.Items items, Map<Integer, List<Entry>> ours) {
        List<Entry> lacked = new ArrayList<>();
        List<Frame.Repair.Wanted> wanted = new ArrayList<>();
        for (Frame.Items.Leaf leaf : items.leaves()) {
            List<Entry> mine = ours.get(leaf.bucket());
            if (mine != null) {
                compare(items.scope(), leaf, mine, lacked, wanted);
            }
        }
        begunAt = lacked.isEmpty() && wanted.isEmpty() ? -1 : core.now;
        send(lacked, items.scope(), wanted);
    }

    private static void compare(
            Scope scope,
            Frame.Items.Leaf leaf,
            List<Entry> mine,
            List<Entry> lacked,
            List<Frame.Repair.Wanted> wanted) {
        Map<Long, Entry> byHash = new HashMap<>();
        for (Entry entry : mine) {
            if (entry.key().scope() == scope) {
                byHash.put(Digest.ofKey(entry.key()), entry);
            }
        }
        for (Frame.Item item : leaf.items()) {
            Entry own = byHash.remove(item.keyHash());
            int order = own == null ? -1 : own.version().compareTo(version(item));
            if (order < 0) {
                wanted.add(new Frame.Repair.Wanted(leaf.bucket(), item.keyHash()));
            } else if (own != null && (order > 0 || own.deleted())) {
                lacked.add(own);
            }
        }
        byHash.values().stream().filter(entry -> !entry.deleted()).forEach(lacked::add);
    }

    private static Version version(Frame.Item item) {
        return new Version(item.stamp(), item.replica());
    }

    /** The other side wants entries. */
    String wanted(Frame.Repair repair) {
        if (repair.wanted().isEmpty()) {
            return "";
        }
        Set<Integer> buckets = new LinkedHashSet<>();
        Set<Long> hashes = new HashSet<>();
        repair.wanted().forEach(wanted -> {
            buckets.add(wanted.bucket());
            hashes.add(wanted.keyHash());
        });
        if (!link.shares(repair.scope()) || buckets.size() > MOST_LEAVES) {
            return "wishes for more than was listed";
        }
        owes = true;
        core.read(buckets, leaves -> {
            List<Entry> found = new ArrayList<>();
            leaves.values().forEach(leaf -> leaf.stream()
                    .filter(entry ->
                            entry.key().scope() == repair.scope() && hashes.contains(Digest.ofKey(entry.key())))
                    .forEach(found::add));
            send(found, repair.scope(), List.of());
        });
        return "";
    }

    /** Sends what makes a window, or one entry; the rest is found again when both look at the roots again. */
    private void send(List<Entry> entries, Scope scope, List<Frame.Repair.Wanted> wanted) {
        List<Entry> some = new ArrayList<>();
        int bytes = 0;
        int all = 0;
        for (Entry entry : entries) {
            int size = Frames.size(entry);
            if (all > 0 && all + size > core.settings.windowBytes()) {
                break;
            }
            if (!some.isEmpty() && bytes + size > Frames.FULL_BYTES) {
                core.send(link.id, new Frame.Repair(some, scope, List.of()));
                some = new ArrayList<>();
                bytes = 0;
            }
            some.add(entry);
            bytes += size;
            all += size;
        }
        if (!some.isEmpty() || !wanted.isEmpty()) {
            core.send(link.id, new Frame.Repair(some, scope, wanted));
        }
    }

    /** What came has been applied: both look at the roots again. */
    void repaired() {
        begunAt = -1;
        link.lookAgain(!owes);
    }

    /** The peer says where it stands now. */
    void heard() {
        owes = false;
    }

    /** What came cannot be kept for now: it is asked for again, but not at once. */
    void refused() {
        begunAt = -1;
        eager = false;
        quietDifferences = 0;
    }
}
