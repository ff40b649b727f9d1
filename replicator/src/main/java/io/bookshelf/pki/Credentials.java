package io.bookshelf.pki;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What somebody proves themselves with.
 *
 * @param chain their certificate first, then those that help others to trust it
 */
record Credentials(List<X509Certificate> chain, PrivateKey key) {
    X509Certificate certificate() {
        return chain.getFirst();
    }

    X509Certificate[] array() {
        return chain.toArray(X509Certificate[]::new);
    }

    @Override
    public String toString() {
        return "credentials with the serial number " + certificate().getSerialNumber();
    }
}
