package io.bookshelf.pki;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;

/** An authority with its key, as only its holder has it. */
record Authority(String network, X509Certificate certificate, PrivateKey key) {
    String id() {
        return Keys.shortId(certificate.getPublicKey());
    }

    @Override
    public String toString() {
        return "authority " + id() + " of " + network;
    }
}
