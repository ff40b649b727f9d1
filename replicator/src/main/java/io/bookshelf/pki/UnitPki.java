package io.bookshelf.pki;

import io.bookshelf.broker.peer.PeerIdentity;
import io.bookshelf.broker.peer.PeerIdentity.Role;
import io.bookshelf.broker.peer.PeerTrust;
import io.bookshelf.broker.peer.RefusalLog;
import io.bookshelf.bus.WallClock;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A unit's certificates: a folder of {@code ca.pem}, {@code cert.pem} and {@code key.pem} that is watched, and the newest
 * revocation list of each authority. What cannot be read changes nothing, and the log says why, once. Why a handshake was
 * refused is the message of the {@link CertificateException} in its failure; whoever holds the connection logs it. Any thread.
 */
public final class UnitPki implements PeerTrust, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(UnitPki.class);
    private static final long LOOK_MILLIS = 1_000;

    private final Settings settings;
    private final Bundle bundle;
    private final KeptLists kept;
    private final PeerIdentity self;
    private final PeerJudge judge;
    private final SwappableKeys keys;
    private final StrictTls tls;
    private final SSLContext context;
    private final RefusalLog refusals;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final ScheduledExecutorService looking = Executors.newSingleThreadScheduledExecutor(
            task -> Thread.ofPlatform().name("bookshelf-pki").daemon().unstarted(task));
    private volatile State state;
    private List<FileStamp> seen;
    private final Set<String> unsaved = new HashSet<>();

    /**
     * Where a unit's certificates are and how others are judged.
     *
     * @param folder holds {@code ca.pem}, {@code cert.pem} and {@code key.pem}
     * @param lists where revocation lists are kept, apart from the entries; made if absent
     * @param clock the unit's time
     * @param built no clock can rightly be before this; the end of certificates is judged by it while the time is unknown
     * @param listed whether a unit with this id is listed in the network
     * @param expiredFor how long a listed unit is let in after its certificate has expired; null for ever
     */
    public record Settings(
            Path folder,
            Path lists,
            WallClock clock,
            Instant built,
            Predicate<String> listed,
            @Nullable Duration expiredFor) {}

    private record State(Bundle.Contents contents, Map<String, RevocationList> lists, Set<String> hosts) {
        State(Bundle.Contents contents, Map<String, RevocationList> lists) {
            this(
                    contents,
                    lists,
                    HostNames.of(contents.credentials().certificate()).all());
        }
    }

    private UnitPki(Settings settings) {
        this.settings = settings;
        this.refusals = new RefusalLog(settings.clock()::nanos, log::warn);
        this.bundle = new Bundle(settings.folder());
        this.kept = new KeptLists(settings.lists());
        this.seen = stamps();
        Bundle.Contents contents = bundle.load();
        this.self = contents.who();
        if (self.role() != Role.UNIT) {
            throw new PkiException(
                    bundle.certificate() + " is of " + self + ", which is no unit: issue one with --unit");
        }
        if (!self.network().equals(contents.authorities().network())) {
            throw new PkiException(bundle.certificate() + " is of " + self + ", and " + bundle.authorities()
                    + " of the network " + contents.authorities().network() + ": put the two that belong together");
        }
        if (SafeFiles.isReadByOthers(bundle.key())) {
            log.warn("{} can be read by others: chmod 600 it", bundle.key());
        }
        this.state = new State(contents, kept.load(contents.authorities(), UnitPki::lost));
        this.judge = new PeerJudge(this::situation, refusals, false);
        this.keys = new SwappableKeys(contents.credentials());
        this.tls = StrictTls.of(keys, judge);
        this.context = tls.context();
    }

    /**
     * Opens the folder and watches it from now on.
     *
     * @throws PkiException if something in it is missing, damaged, does not fit, or is not a unit's
     */
    public static UnitPki open(Settings settings) {
        UnitPki opened = new UnitPki(settings);
        opened.looking.scheduleWithFixedDelay(opened::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        return opened;
    }

    private static void lost(Path list, String why) {
        log.error("the revocation list {} is lost until a peer or the signer hands it out again: {}", list, why);
    }

    @Override
    public PeerIdentity self() {
        return self;
    }

    @Override
    public SSLContext context() {
        return context;
    }

    @Override
    public Set<String> hostNames() {
        return state.hosts();
    }

    @Override
    public X509ExtendedKeyManager keyManager() {
        return keys;
    }

    @Override
    public X509ExtendedTrustManager trustManager() {
        return judge;
    }

    @Override
    public PeerIdentity judge(X509Certificate[] chain) throws CertificateException {
        return judge.judge(chain);
    }

    /** Signs a text by this unit's certificate. */
    public Attestation attest(String text) {
        return Attestation.make(text, state.contents().credentials());
    }

    /** Was this signed by a unit or an owner of the network whose certificate was not revoked? Its dates play no part. */
    public boolean isAttested(String text, Attestation attestation) {
        return attestation.holds(text, situation());
    }

    /** True if it bears a certificate of this unit that was renewed since. */
    public boolean isOwnOfBefore(Attestation attestation) {
        X509Certificate[] chain = attestation.chain();
        try {
            return chain != null
                    && !chain[0].equals(certificate())
                    && CertificateRules.identity(chain[0]).equals(self);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    @Override
    public String proof(X509Certificate[] chain) {
        return Proof.of(chain, state.contents().authorities());
    }

    @Override
    public boolean isLetIn(String proof) {
        State now = state;
        return Proof.isLetIn(proof, now.contents().authorities(), now.lists());
    }

    @Override
    public void onChange(Runnable judgeAgain) {
        listeners.add(judgeAgain);
    }

    /** This unit's certificate as it is now. */
    public X509Certificate certificate() {
        return state.contents().credentials().certificate();
    }

    /** The newest list of each authority, for others to have. */
    public List<RevocationList> newest() {
        return List.copyOf(state.lists().values());
    }

    /** A number for all that is revoked: the same wherever the same is, whatever lists say so; 0 for nothing. */
    public long revocations() {
        return RevocationList.numberOf(state.lists().values());
    }

    /**
     * Hands in a revocation list, from wherever it comes. It counts from now on if an authority that is trusted has signed it
     * and its number is the highest so far; nothing takes that back. After another authority has come to be trusted (as
     * {@link #onChange} tells), lists that were ignored before may be handed in again. Writes a file if the list is new, and
     * calls those who want to know of changes.
     *
     * @return whether it counts now and did not before
     */
    public boolean offer(byte[] der) {
        RevocationList list;
        synchronized (this) {
            State now = state;
            try {
                list = RevocationList.verified(der, now.contents().authorities());
            } catch (PkiException e) {
                refusals.say("a revocation list is ignored: " + e.getMessage());
                return false;
            }
            RevocationList before = now.lists().get(list.authority());
            if (before != null && list.number() <= before.number()) {
                if (!Arrays.equals(list.der(), before.der())) {
                    refusals.say("revocation list " + list.number() + " of authority " + list.authority()
                            + " is ignored: list " + before.number() + " is known");
                }
                return false;
            }
            Map<String, RevocationList> lists = new HashMap<>(now.lists());
            lists.put(list.authority(), list);
            unsaved.add(list.authority());
            state = new State(now.contents(), Map.copyOf(lists));
            tls.forget();
            save();
        }
        log.info("revocation list {} of authority {} counts from now on", list.number(), list.authority());
        tell();
        return true;
    }

    /** True if it is a list that an authority which is trusted has signed, and belongs under this key. */
    public boolean isList(byte[] der, String key) {
        try {
            return RevocationList.verified(der, state.contents().authorities())
                    .key()
                    .equals(key);
        } catch (PkiException e) {
            return false;
        }
    }

    /** Tries what could not be written again at each look; it counts meanwhile. */
    private synchronized void save() {
        for (String authority : Set.copyOf(unsaved)) {
            RevocationList list = state.lists().get(authority);
            try {
                if (list != null) {
                    kept.keep(list);
                }
                unsaved.remove(authority);
            } catch (PkiException e) {
                refusals.say("a revocation list is not on disk yet: " + e.getMessage());
            }
        }
    }

    /** Looks whether a file has changed. */
    void look() {
        try {
            save();
            if (reload()) {
                tell();
            }
        } catch (RuntimeException e) {
            log.error("the certificates could not be looked at", e);
        }
    }

    private synchronized boolean reload() {
        List<FileStamp> now = stamps();
        if (now.equals(seen)) {
            return false;
        }
        seen = now;
        Bundle.Contents contents;
        try {
            contents = bundle.load();
        } catch (PkiException e) {
            log.warn("certificates: not changed, because: {}", e.getMessage());
            return false;
        }
        if (!contents.who().equals(self)
                || !self.network().equals(contents.authorities().network())) {
            log.warn(
                    "certificates: not changed, because: {} is of {} now, and this unit is {}: start it again to be another",
                    bundle.certificate(),
                    contents.who(),
                    self);
            return false;
        }
        Map<String, RevocationList> lists = new HashMap<>(kept.load(contents.authorities(), UnitPki::lost));
        state.lists().forEach((authority, list) -> {
            if (contents.authorities().byId(authority) != null) {
                lists.merge(authority, list, KeptLists::newer);
            }
        });
        state = new State(contents, Map.copyOf(lists));
        keys.use(contents.credentials());
        tls.forget();
        log.info(
                "certificates: read again; this unit's is good until {}",
                certificate().getNotAfter().toInstant());
        return true;
    }

    private List<FileStamp> stamps() {
        return Stream.of(bundle.authorities(), bundle.certificate(), bundle.key())
                .map(FileStamp::of)
                .toList();
    }

    private void tell() {
        for (Runnable listener : listeners) {
            try {
                listener.run();
            } catch (RuntimeException e) {
                log.error("a change of certificates was not taken up", e);
            }
        }
    }

    CertificateRules.Situation situation() {
        State now = state;
        return new CertificateRules.Situation(
                now.contents().authorities(),
                now.lists(),
                Instant.ofEpochMilli(settings.clock().millis()),
                settings.clock().known(),
                settings.built(),
                settings.listed(),
                settings.expiredFor());
    }

    Bundle bundle() {
        return bundle;
    }

    Bundle.Contents contents() {
        return state.contents();
    }

    Instant now() {
        return Instant.ofEpochMilli(settings.clock().millis());
    }

    @Override
    public void close() {
        looking.shutdownNow();
    }
}
