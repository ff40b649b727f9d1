package io.bookshelf.node;

import io.bookshelf.broker.Companion;
import io.bookshelf.broker.EmbeddedBroker;
import io.bookshelf.broker.access.Tokens;
import io.bookshelf.broker.peer.PeerDoor;
import io.bookshelf.broker.session.ListItem;
import io.bookshelf.broker.web.SignIn;
import io.bookshelf.bus.Commit;
import io.bookshelf.bus.Submission;
import io.bookshelf.bus.TombstonePolicy;
import io.bookshelf.bus.WallClock;
import io.bookshelf.bus.Write;
import io.bookshelf.catalogue.SystemKeys;
import io.bookshelf.catalogue.SystemKeys.Role;
import io.bookshelf.link.Links;
import io.bookshelf.node.audit.AuditLog;
import io.bookshelf.node.pairing.PhoneSignIn;
import io.bookshelf.node.replication.AuthorNames;
import io.bookshelf.node.replication.ConflictReport;
import io.bookshelf.node.replication.KeptRow;
import io.bookshelf.node.replication.MeshClock;
import io.bookshelf.node.replication.Replicator;
import io.bookshelf.node.replication.Reports;
import io.bookshelf.pki.PkiException;
import io.bookshelf.pki.Renewal;
import io.bookshelf.pki.RevocationList;
import io.bookshelf.pki.UnitPki;
import io.bookshelf.replica.CoreSettings;
import io.bookshelf.replica.Merging;
import io.bookshelf.replica.PeerStatus;
import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.ValueProperties;
import io.bookshelf.store.EntryIndex;
import io.bookshelf.store.Head;
import io.bookshelf.store.StateStore;
import io.bookshelf.store.StoreReader;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What makes a unit one of a network: its certificates, the directory of its peers, the links to them, and the replicator. */
final class Network implements Companion, Reports, AutoCloseable {
    private static final String UNITS = SystemKeys.UNITS;
    private static final String LISTS = SystemKeys.LISTS;
    private static final String PEER_TOPIC = "$bookshelf/peers/";
    private static final String LISTED_ROW = "listed";
    private static final int SECONDS_BETWEEN_SAMPLES = 10;

    private final NodeConfig config;
    private final Build build;
    private final String unit;
    private final StateStore store;
    private final AuthorNames names;
    private final MeshClock clock;
    private final Replicator replicator;
    private final UnitPki pki;
    private final PeerDirectory directory;
    private final Links links;
    private final PhoneSignIn signIn;
    private final AuditLog audit;
    private final Map<String, PeerStatus> told = new HashMap<>();
    private long reports;
    private @Nullable Renewal renewal;
    private @Nullable EmbeddedBroker broker;
    private byte @Nullable [] listedToSave;
    private volatile Map<String, Long> lastAgreed = Map.of();

    /** What follows the entries, before there is a store to follow. */
    static Replicator replicator(NodeConfig config, Build build, ReportsLater reports) {
        return new Replicator(
                config.broker().unit(),
                CoreSettings.DEFAULTS,
                build.built().plus(Build.POSSIBLE).toEpochMilli(),
                config.broker().limits().valueBytes() + PeerDoor.FRAME_OVERHEAD,
                reports);
    }

    /**
     * Opens the certificates and the directory.
     *
     * @throws NodeException if one of them is not what it should be
     */
    Network(
            NodeConfig config,
            Path certificates,
            Build build,
            StateStore store,
            WallClock own,
            Replicator replicator,
            ReportsLater reports,
            AuthorNames names) {
        this.config = config;
        this.build = build;
        this.unit = config.broker().unit();
        this.store = store;
        this.names = names;
        this.clock = new MeshClock(own);
        this.audit = new AuditLog(config.data(), unit, names::of, clock);
        this.replicator = replicator;
        this.directory = directory(config.peers(), store);
        try {
            this.pki = UnitPki.open(new UnitPki.Settings(
                    certificates,
                    config.data().resolve("crl"),
                    clock,
                    build.built(),
                    id -> directory.isKnown(id),
                    config.certificates().expiredFor()));
        } catch (PkiException e) {
            directory.close();
            throw new NodeException("pki: " + e.getMessage());
        }
        if (!pki.self().name().equals(unit)) {
            String name = pki.self().name();
            pki.close();
            directory.close();
            throw new NodeException("the certificate in " + certificates + " is of the unit " + name
                    + ", and this unit is called " + unit + ": start it with --unit " + name
                    + ", or with a certificate of its own");
        }
        this.links = new Links(pki, config.broker().limits().valueBytes(), directory::addresses, replicator);
        this.signIn = new PhoneSignIn(pki.self().network(), unit, clock, new CertifiedPhones(pki));
        signIn.load(store::openReader);
        reports.tell(this);
    }

    private PeerDirectory directory(@Nullable Path peers, StateStore store) {
        byte[] remembered;
        try (StoreReader reader = store.openReader()) {
            remembered = reader.kept(LISTED_ROW).get(LISTED_ROW);
        }
        return new PeerDirectory(
                peers,
                new PeerDirectory.Memory() {
                    @Override
                    public byte @Nullable [] load() {
                        return remembered;
                    }

                    @Override
                    public void save(byte[] bytes) {
                        saveListed(bytes);
                    }
                },
                this::directoryChanged);
    }

    private synchronized void saveListed(byte[] bytes) {
        if (broker == null) {
            listedToSave = bytes;
        } else {
            broker.hand(new KeptRow(Map.of(LISTED_ROW, bytes)));
        }
    }

    PeerDoor door() {
        return links;
    }

    WallClock clock() {
        return clock;
    }

    /** Begins to replicate, over a broker that runs. */
    void begin(EmbeddedBroker running) {
        synchronized (this) {
            broker = running;
            if (listedToSave != null) {
                running.hand(new KeptRow(Map.of(LISTED_ROW, listedToSave)));
                listedToSave = null;
            }
        }
        signIn.begin(running::hand);
        audit.begin(items -> running.publishList(AuditLog.TOPIC, items));
        names.know(unit);
        replicator.revoked(pki.revocations());
        replicator.start(store, running::hand, clock, names, units());
        takeUp(UNITS);
        takeUp(LISTS);
        publishLists();
        pki.onChange(signIn::judgeAgain);
        pki.onChange(() -> {
            audit.own(
                    "certificates", "certificates changed", "certificate, authorities or revocation lists read again");
            // A list may have come before its authority was trusted.
            takeUp(LISTS);
            publishLists();
            replicator.revoked(pki.revocations());
        });
        // What was taken up above may have been news.
        replicator.revoked(pki.revocations());
        renewal = Renewal.start(pki, config.certificates().signer(), new SecureRandom());
        directoryChanged();
    }

    /** What the state says already. */
    private void takeUp(String prefix) {
        try (StoreReader reader = store.openReader()) {
            String after = null;
            do {
                StoreReader.Page<String> page = reader.scan(prefix, after, 0, 256, 256 * 1024);
                page.entries().forEach(this::applied);
                after = page.next();
            } while (after != null);
        }
    }

    private Set<String> units() {
        Set<String> units = new HashSet<>(directory.listed());
        units.add(unit);
        return units;
    }

    private void directoryChanged() {
        Set<String> units = units();
        units.forEach(names::know);
        replicator.listed(units);
        Set<String> others = new HashSet<>(units);
        others.remove(unit);
        Set<String> rarely = new HashSet<>(directory.doubtful());
        rarely.removeAll(units);
        others.addAll(rarely);
        links.keepLinked(others, rarely);
        links.addressesChanged();
    }

    /** Revocation lists travel as state, each under a key that is its own: whatever else stands there is put right. */
    private void publishLists() {
        EmbeddedBroker running = broker;
        if (running != null) {
            for (RevocationList list : pki.newest()) {
                Key key = Key.of(list.key());
                if (!isPublished(key)) {
                    running.hand(new OwnWrite(new Write(key, list.der(), 1, ValueProperties.NONE, 0)));
                }
            }
        }
    }

    private boolean isPublished(Key key) {
        try (StoreReader reader = store.openReader()) {
            Entry there = reader.get(key);
            return there != null && !there.deleted() && pki.isList(there.value(), key.name());
        }
    }

    @Override
    public void applied(Entry entry) {
        String key = entry.key().name();
        if (key.startsWith(UNITS)) {
            Role writer = Role.of(entry.properties().writer());
            directory.state(key.substring(UNITS.length()), entry.deleted() ? null : entry.value(), writer);
        } else if (key.startsWith(LISTS)) {
            if (!entry.deleted()) {
                pki.offer(entry.value());
            }
            publishLists();
        }
    }

    @Override
    public void peers(Map<String, PeerStatus> status, Map<String, String> unreached) {
        EmbeddedBroker running = broker;
        if (running == null) {
            return;
        }
        Map<String, PeerStatus> all = new TreeMap<>(status);
        Set<String> listed = units();
        listed.remove(unit);
        listed.forEach(peer -> all.putIfAbsent(peer, PeerStatus.NEVER_MET));
        boolean sample = reports++ % SECONDS_BETWEEN_SAMPLES == 0;
        Map<String, Long> agreed = new TreeMap<>();
        all.forEach((peer, how) -> {
            names.know(peer);
            PeerStatus before = told.put(peer, how);
            if (sample || before == null || !how.sameButForNumbers(before)) {
                running.say(PEER_TOPIC + peer, replicator.document(how, unreached.getOrDefault(peer, "")));
            }
            if (how.lastInSyncMillis() > 0) {
                agreed.put(peer, how.lastInSyncMillis());
            }
        });
        lastAgreed = agreed;
        told.keySet().removeIf(peer -> {
            boolean gone = !all.containsKey(peer);
            if (gone) {
                running.say(PEER_TOPIC + peer, null);
            }
            return gone;
        });
    }

    @Override
    public void conflicts(List<ConflictReport> last) {
        EmbeddedBroker running = broker;
        if (running != null) {
            running.publishList(
                    "$bookshelf/conflicts",
                    last.stream()
                            .map(each -> new ListItem(each.key(), each.writer(), each.json()))
                            .toList());
        }
    }

    @Override
    public void committed(Commit commit, Head head) {
        replicator.committed(commit, head);
        signIn.committed(commit);
        audit.committed(commit);
    }

    AuditLog audit() {
        return audit;
    }

    @Override
    public SignIn signIn() {
        return signIn;
    }

    @Override
    public Tokens tokens() {
        return signIn;
    }

    @Override
    public TombstonePolicy tombstones() {
        return replicator.tombstones();
    }

    @Override
    public long ceilingMillis() {
        return Merging.ceilingMillis(build.built().plus(Build.POSSIBLE).toEpochMilli());
    }

    @Override
    public String unitOf(long replica) {
        return names.of(replica);
    }

    @Override
    public Map<String, Long> lastAgreed() {
        return lastAgreed;
    }

    @Override
    public List<String> problems() {
        Renewal now = renewal;
        return now == null || now.problem().isEmpty() ? List.of() : List.of(now.problem());
    }

    EntryIndex index() {
        return replicator;
    }

    /** Dials no more and lets go of its links; the broker must not run any more, or not yet have begun. */
    @Override
    public void close() {
        if (renewal != null) {
            renewal.close();
        }
        signIn.close();
        audit.close();
        links.close();
        directory.close();
        replicator.close();
        pki.close();
    }

    /** A write of the unit's own. */
    private record OwnWrite(Write write) implements Submission {
        @Override
        public int weight() {
            return 64 + write.value().length;
        }
    }
}
