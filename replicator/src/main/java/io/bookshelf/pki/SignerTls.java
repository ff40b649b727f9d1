package io.bookshelf.pki;

import io.bookshelf.broker.peer.PeerIdentity;
import io.bookshelf.broker.peer.PeerIdentity.Role;
import io.bookshelf.broker.peer.RefusalLog;
import java.security.KeyPair;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;

/**
 * What a signer proves itself with, and whom it answers. Its own key lives as long as its process; who is trusted and who is
 * revoked is read from the authority's folder again and again.
 */
final class SignerTls implements AutoCloseable {
    /** How the signer is called in its certificate. */
    private static final String NAME = "signer";

    private static final Duration LIFE = Duration.ofDays(7);
    private static final Duration RENEW_BEFORE = Duration.ofDays(2);
    private static final long LOOK_MILLIS = 1_000;

    private final AuthorityFolder folder;
    private final Logger log;
    private final SwappableKeys keys;
    private final StrictTls tls;
    private final PeerJudge judge;
    private final ScheduledExecutorService looking = Executors.newSingleThreadScheduledExecutor(
            task -> Thread.ofPlatform().name("bookshelf-signer-look").daemon().unstarted(task));
    private volatile State state;

    private record State(Authorities authorities, Map<String, RevocationList> lists, Credentials own) {
        boolean same(Authorities other, Map<String, RevocationList> newest) {
            return authorities.certificates().equals(other.certificates())
                    && lists.size() == newest.size()
                    && lists.values().stream().allMatch(list -> {
                        RevocationList now = newest.get(list.authority());
                        return now != null && now.number() == list.number();
                    });
        }
    }

    SignerTls(AuthorityFolder folder, Logger log) {
        this.folder = folder;
        this.log = log;
        this.state = new State(folder.authorities(), newest(), own());
        this.keys = new SwappableKeys(state.own());
        this.judge = new PeerJudge(this::situation, new RefusalLog(System::nanoTime, log::warn), true);
        this.tls = StrictTls.of(keys, judge);
        looking.scheduleWithFixedDelay(this::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    SSLContext context() {
        return tls.context();
    }

    PeerIdentity judge(X509Certificate[] chain) throws CertificateException {
        return judge.judge(chain);
    }

    private void look() {
        try {
            refresh();
        } catch (RuntimeException e) {
            log.error("the authority's folder cannot be read: {}", e.getMessage());
        }
    }

    /** Reads the folder again. */
    synchronized void refresh() {
        Authorities authorities = folder.authorities();
        Map<String, RevocationList> lists = newest();
        X509Certificate own = state.own().certificate();
        boolean late = folder.now().isAfter(own.getNotAfter().toInstant().minus(RENEW_BEFORE));
        boolean rolled = !authorities.certificates().equals(state.authorities().certificates());
        if (!late && state.same(authorities, lists)) {
            return;
        }
        state = new State(authorities, lists, late || rolled ? own() : state.own());
        keys.use(state.own());
        tls.forget();
    }

    static PeerIdentity identity(String network) {
        return Names.identity(network, Role.CLOUD, NAME);
    }

    private Credentials own() {
        KeyPair pair = Keys.generate();
        PeerIdentity who = identity(folder.network());
        return new Credentials(folder.sign(pair.getPublic(), who, HostNames.NONE, LIFE), pair.getPrivate());
    }

    private Map<String, RevocationList> newest() {
        Map<String, RevocationList> lists = new HashMap<>();
        folder.lists().forEach(list -> lists.put(list.authority(), list));
        return lists;
    }

    /** Every unit that the authority has not revoked counts as listed: it may come late. */
    private CertificateRules.Situation situation() {
        State now = state;
        Instant time = folder.now();
        return new CertificateRules.Situation(now.authorities(), now.lists(), time, true, time, unit -> true, null);
    }

    @Override
    public void close() {
        looking.shutdownNow();
    }
}
