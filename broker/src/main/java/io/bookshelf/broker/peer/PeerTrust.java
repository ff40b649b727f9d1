package io.bookshelf.broker.peer;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** What a unit proves itself with, and how it judges others. Any thread. */
public interface PeerTrust {
    /**
     * What links are encrypted with, the first that both sides know. ChaCha20 first (RFC 8439, section 1): AES is slow by an
     * order of magnitude where neither the processor nor the compiler lends a hand, which is so on small units, and on all
     * of them after a start.
     */
    List<String> CIPHER_SUITES =
            List.of("TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384");

    /** Who this unit is. */
    PeerIdentity self();

    /**
     * TLS 1.3 with certificates asked for on both sides, for either side of a connection. Stays the same object while what is
     * in it is renewed.
     */
    SSLContext context();

    /**
     * Host names and addresses in this unit's certificate, by which browsers may reach it: lower case, addresses in numbers.
     * They say nothing of who anybody is.
     */
    default Set<String> hostNames() {
        return Set.of();
    }

    /** What {@link #context()} proves this unit with; stays the same object. */
    X509ExtendedKeyManager keyManager();

    /** What {@link #context()} judges others with, by identity and never by host name; stays the same object. */
    X509ExtendedTrustManager trustManager();

    /**
     * Judges the certificates of a peer, as the handshake does too.
     *
     * @return who it is
     * @throws CertificateException if it is not let in; the message is the reason, as a sentence
     */
    PeerIdentity judge(X509Certificate[] chain) throws CertificateException;

    /** Names the certificate of a peer that was judged well, so that {@link #isLetIn} can be asked when it is gone. */
    String proof(X509Certificate[] chain);

    /**
     * Is whoever proved themselves by this certificate still let in? Its dates play no part. Looks up what is known and
     * verifies nothing, so that it may be asked of many at once.
     *
     * @param proof what {@link #proof} said; empty for a certificate that nobody knows any more, which is let in as long as
     *     none was ever revoked
     */
    boolean isLetIn(String proof);

    /** Calls back after a renewal or a revocation: open connections are then to be judged again. */
    void onChange(Runnable judgeAgain);
}
