package io.bookshelf.pki;

import io.bookshelf.broker.peer.PeerIdentity;
import io.bookshelf.broker.peer.PeerIdentity.Role;
import io.bookshelf.broker.peer.RefusalLog;
import java.net.InetAddress;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Applies the rules in handshakes. Who somebody is stands in the URI of the certificate; by what host name or address they were
 * reached plays no part.
 */
final class PeerJudge extends X509ExtendedTrustManager {
    private static final String PROTOCOL = "TLSv1.3";
    private static final Set<Role> WHO_DIALS = EnumSet.allOf(Role.class);
    private static final Set<Role> WHO_IS_DIALLED = EnumSet.of(Role.UNIT, Role.CLOUD);

    private final Supplier<CertificateRules.Situation> situation;
    private final RefusalLog log;
    private final boolean refusalsToo;

    /**
     * @param log is told of whoever is let in in spite of something
     * @param refusalsToo and of whoever is refused in a handshake, where nobody else would say it
     */
    PeerJudge(Supplier<CertificateRules.Situation> situation, RefusalLog log, boolean refusalsToo) {
        this.situation = situation;
        this.log = log;
        this.refusalsToo = refusalsToo;
    }

    /** Judges outside of a handshake, whichever side has dialled. */
    PeerIdentity judge(X509Certificate[] chain) throws CertificateException {
        return judge(chain, WHO_DIALS);
    }

    private PeerIdentity judge(X509Certificate[] chain, Set<Role> allowed) throws CertificateException {
        return switch (CertificateRules.judge(chain, situation.get(), allowed)) {
            case Verdict.Welcome welcome -> {
                if (!welcome.warning().isEmpty()) {
                    log.say("the certificate of " + welcome.who() + " " + welcome.warning()
                            + "; let in all the same, because it is listed");
                }
                yield welcome.who();
            }
            case Verdict.Refused refused -> throw new CertificateException(refused.reason() + claim(chain));
        };
    }

    private void handshake(
            X509Certificate[] chain, Set<Role> allowed, @Nullable SSLSession session, @Nullable String from)
            throws CertificateException {
        try {
            if (session != null && !PROTOCOL.equals(session.getProtocol())) {
                throw new CertificateException("it speaks " + session.getProtocol() + " instead of " + PROTOCOL);
            }
            judge(chain, allowed);
        } catch (CertificateException e) {
            if (refusalsToo) {
                log.say((from == null ? "somebody" : from) + " is refused: " + e.getMessage());
            }
            throw e;
        }
    }

    /** Whom the certificate claims to be of, believed or not; for the log. */
    private static String claim(X509Certificate @Nullable [] chain) {
        if (chain == null || chain.length == 0) {
            return "";
        }
        List<String> uris = Names.uris(chain[0]);
        return uris.isEmpty() ? "" : " (" + Names.printable(uris.getFirst()) + ")";
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind, SSLEngine engine) throws CertificateException {
        handshake(chain, WHO_DIALS, engine.getHandshakeSession(), engine.getPeerHost());
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind, SSLEngine engine) throws CertificateException {
        handshake(chain, WHO_IS_DIALLED, engine.getHandshakeSession(), engine.getPeerHost());
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind, Socket socket) throws CertificateException {
        handshake(chain, WHO_DIALS, session(socket), address(socket));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind, Socket socket) throws CertificateException {
        handshake(chain, WHO_IS_DIALLED, session(socket), address(socket));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind) throws CertificateException {
        handshake(chain, WHO_DIALS, null, null);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind) throws CertificateException {
        handshake(chain, WHO_IS_DIALLED, null, null);
    }

    private static @Nullable SSLSession session(@Nullable Socket socket) {
        return socket instanceof SSLSocket tls ? tls.getHandshakeSession() : null;
    }

    private static @Nullable String address(@Nullable Socket socket) {
        InetAddress address = socket == null ? null : socket.getInetAddress();
        return address == null ? null : address.getHostAddress();
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return situation.get().authorities().certificates().toArray(X509Certificate[]::new);
    }
}
