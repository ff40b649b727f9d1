package io.bookshelf.client.wire;

import java.security.cert.X509Certificate;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** In place of the check of a host name: is whoever answers on one connection a unit of this network, which was not revoked? */
final class UnitCheck implements HostnameVerifier {
    private final PkiFolder pki;
    private volatile @Nullable X509Certificate shown;

    UnitCheck(PkiFolder pki) {
        this.pki = pki;
    }

    @Override
    public boolean verify(String host, SSLSession session) {
        try {
            shown = session.getPeerCertificates()[0] instanceof X509Certificate certificate ? certificate : null;
            return shown != null && problem() == null;
        } catch (SSLPeerUnverifiedException e) {
            return false;
        }
    }

    /** Why it may not be spoken to, by what is known now; null for nothing, or if nobody has answered. */
    @Nullable
    String problem() {
        X509Certificate certificate = shown;
        return certificate == null ? null : pki.problemWith(certificate);
    }
}
