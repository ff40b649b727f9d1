package io.bookshelf.broker.peer;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * Somebody who came in by certificate.
 *
 * @param identity who the certificate says it is
 * @param chain the certificates it showed, its own first
 * @param proof names its certificate, as {@link PeerTrust#proof} does
 */
public record Peer(PeerIdentity identity, List<X509Certificate> chain, String proof) {
    public Peer {
        chain = List.copyOf(chain);
    }

    /**
     * Judges somebody by the certificates it showed.
     *
     * @throws CertificateException if it is not let in; the message is the reason, as a sentence
     */
    public static Peer judged(PeerTrust trust, List<X509Certificate> chain) throws CertificateException {
        X509Certificate[] all = chain.toArray(X509Certificate[]::new);
        return new Peer(trust.judge(all), chain, trust.proof(all));
    }

    /** True if it may send link frames. */
    public boolean mayLink() {
        return switch (identity.role()) {
            case UNIT, CLOUD -> true;
            case OWNER -> false;
        };
    }
}
