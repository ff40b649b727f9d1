package io.bookshelf.broker.peer;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;

/** What a unit proves itself with, and how it judges others. Any thread. */
public interface PeerTrust {
    /** Who this unit is. */
    PeerIdentity self();

    /**
     * TLS 1.3 with certificates asked for on both sides, for either side of a connection. Stays the same object while what is
     * in it is renewed.
     */
    SSLContext context();

    /**
     * Judges the certificates of a peer, as the handshake does too.
     *
     * @return who it is
     * @throws CertificateException if it is not let in; the message is the reason, as a sentence
     */
    PeerIdentity judge(X509Certificate[] chain) throws CertificateException;

    /** Calls back after a renewal or a revocation: open connections are then to be judged again. */
    void onChange(Runnable judgeAgain);
}
