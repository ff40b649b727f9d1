package io.bookshelf.pki;

import io.bookshelf.bus.WallClock;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a unit's certificate young: from a third of its life before the end, or when the network has a new authority, it asks a
 * signer for another, for a new key, until it has one. The old pair counts until the new one is whole on disk. Revocation lists
 * come the same way. Any thread.
 */
public final class Renewal implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Renewal.class);
    private static final Duration FIRST = Duration.ofSeconds(5);
    private static final Duration USUAL = Duration.ofHours(1);
    private static final Duration SHORTEST_RETRY = Duration.ofMinutes(1);

    private final UnitPki unit;
    private final @Nullable String signer;
    private final RandomGenerator random;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            task -> Thread.ofPlatform().name("bookshelf-renewal").daemon().unstarted(task));
    private volatile String problem = "";
    private Duration retry = SHORTEST_RETRY;

    private Renewal(UnitPki unit, @Nullable String signer, RandomGenerator random) {
        this.unit = unit;
        this.signer = signer;
        this.random = random;
    }

    /**
     * Begins to look after the certificate.
     *
     * @param signer {@code HOST:PORT} of a {@link Signer}; null if there is none, and only {@link #problem()} is wanted
     */
    public static Renewal start(UnitPki unit, @Nullable String signer, RandomGenerator random) {
        Renewal renewal = notStarted(unit, signer, random);
        renewal.begin(FIRST);
        return renewal;
    }

    static Renewal notStarted(UnitPki unit, @Nullable String signer, RandomGenerator random) {
        return new Renewal(unit, signer, random);
    }

    /**
     * Renews a unit's folder at once, whether it is time or not.
     *
     * @param signer {@code HOST:PORT} of a {@link Signer}
     * @throws PkiException if it could not; the folder is then as it was
     */
    public static void now(Path folder, String signer) throws InterruptedException {
        UnitPki.Settings settings = new UnitPki.Settings(
                folder, folder.resolve("lists"), WallClock.trusted(), Instant.now(), unit -> false, null);
        try (UnitPki unit = UnitPki.open(settings);
                SignerClient client = new SignerClient(signer, unit)) {
            renew(unit, client, client.authorities());
        }
    }

    /** What is wrong with this unit's certificate, as a sentence; empty while nothing is. */
    public String problem() {
        return problem;
    }

    /** Is it time? From a third of its life before its end on. */
    static boolean isDue(X509Certificate certificate, Instant now) {
        Instant until = certificate.getNotAfter().toInstant();
        Duration life = Duration.between(certificate.getNotBefore().toInstant(), until);
        return !now.isBefore(until.minus(life.dividedBy(3)));
    }

    /** One look: fetches lists, renews if it is time; tells when to look again. */
    Duration look() throws InterruptedException {
        boolean due = isDue(unit.certificate(), unit.now());
        if (signer == null) {
            problem = due ? ending() + ", and no signer is set: renew it with bookshelf pki renew" : "";
            return USUAL;
        }
        try (SignerClient client = new SignerClient(signer, unit)) {
            client.lists().forEach(unit::offer);
            Authorities theirs = client.authorities();
            if (due || !theirs.current().equals(issuer())) {
                renew(unit, client, theirs);
            } else {
                forgetOlder(theirs);
            }
            problem = "";
            retry = SHORTEST_RETRY;
            return USUAL;
        } catch (PkiException e) {
            problem = due ? ending() + " and could not be renewed: " + e.getMessage() : "";
            log.warn("certificates: {}", due ? problem : e.getMessage());
            Duration wait = retry;
            retry = retry.multipliedBy(2).compareTo(USUAL) < 0 ? retry.multipliedBy(2) : USUAL;
            return wait;
        }
    }

    private @Nullable X509Certificate issuer() {
        Bundle.Contents now = unit.contents();
        Authorities.Issuer issuer = now.authorities().issuer(now.credentials().array());
        return issuer == null ? null : now.authorities().byId(issuer.authority());
    }

    /** After a roll-over has ended. What is not trusted already is never added here, where nothing vouches for it. */
    private void forgetOlder(Authorities theirs) {
        List<X509Certificate> known = unit.contents().authorities().certificates();
        if (!known.equals(theirs.certificates()) && known.containsAll(theirs.certificates())) {
            unit.bundle().trust(theirs);
            unit.look();
        }
    }

    private String ending() {
        Instant until = unit.certificate().getNotAfter().toInstant();
        return "this unit's certificate " + (unit.now().isAfter(until) ? "expired on " : "ends on ") + until;
    }

    private static void renew(UnitPki unit, SignerClient client, Authorities theirs) throws InterruptedException {
        Bundle.Contents old = unit.contents();
        KeyPair pair = Keys.generate();
        List<X509Certificate> chain = client.renew(
                Pem.encode(Pem.REQUEST, Issuing.request(pair, unit.self(), HostNames.of(unit.certificate()))));
        Authorities trusted = checked(unit, chain, pair, theirs);
        unit.bundle().replace(old, trusted, new Credentials(chain, pair.getPrivate()));
        unit.look();
        log.info(
                "certificates: renewed until {}", chain.getFirst().getNotAfter().toInstant());
    }

    /** What was handed out must be this unit's by the rules of before; an authority that is new must be vouched for by an older. */
    private static Authorities checked(UnitPki unit, List<X509Certificate> chain, KeyPair pair, Authorities theirs) {
        X509Certificate[] sent = chain.toArray(X509Certificate[]::new);
        Verdict verdict = CertificateRules.judge(
                sent, unit.situation(), EnumSet.of(unit.self().role()));
        if (verdict instanceof Verdict.Refused refused) {
            throw new PkiException("what the signer handed out is no good: " + refused.reason());
        }
        boolean own =
                verdict instanceof Verdict.Welcome welcome && welcome.who().equals(unit.self());
        if (!own || !pair.getPublic().equals(sent[0].getPublicKey())) {
            throw new PkiException("the signer handed out a certificate of somebody else");
        }
        Authorities known = unit.contents().authorities();
        boolean vouched = theirs.network().equals(known.network())
                && theirs.certificates().stream()
                        .allMatch(authority -> known.trusts(authority.getPublicKey())
                                || Arrays.stream(sent)
                                        .anyMatch(between ->
                                                between.getPublicKey().equals(authority.getPublicKey())
                                                        && between.getBasicConstraints() >= 0
                                                        && known.issuer(new X509Certificate[] {between}) != null));
        if (!vouched || theirs.issuer(sent) == null) {
            throw new PkiException("the signer handed out authorities for which none that is trusted vouches");
        }
        return theirs;
    }

    /** Looks after about that long, and from then on. */
    void begin(Duration wait) {
        // Half to three halves of it, so that units which started together do not ask together.
        long millis = (long) (wait.toMillis() * (0.5 + random.nextDouble()));
        try {
            thread.schedule(this::run, millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            log.debug("closed meanwhile");
        }
    }

    private void run() {
        Duration wait = SHORTEST_RETRY;
        try {
            wait = look();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        } catch (RuntimeException e) {
            log.error("certificates: a renewal failed by a mistake of ours", e);
        }
        begin(wait);
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
