package io.bookshelf.pki;

import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The authorities of one network that are trusted, the current one first. Immutable. */
final class Authorities {
    /** Most certificates that a peer may send; more are not looked at. */
    static final int LONGEST_CHAIN = 8;

    private final String network;
    private final List<X509Certificate> certificates;

    /**
     * How a certificate comes from somebody who is trusted.
     *
     * @param authority the id of the authority whose key signed it
     * @param path the certificate, and between it and the anchor the one that vouches for a newer authority, if need be
     * @param anchor the authority that is trusted
     */
    record Issuer(String authority, List<X509Certificate> path, X509Certificate anchor) {}

    private Authorities(String network, List<X509Certificate> certificates) {
        this.network = network;
        this.certificates = certificates;
    }

    /**
     * @param where what the certificates come from, for the message
     * @throws PkiException if one of them is no authority, or they are of several networks
     */
    static Authorities of(List<X509Certificate> certificates, String where) {
        String network = "";
        for (X509Certificate certificate : certificates) {
            String its = networkOf(certificate, where);
            if (!network.isEmpty() && !network.equals(its)) {
                throw new PkiException(where + " has authorities of two networks, " + network + " and " + its
                        + ": leave those of one");
            }
            network = its;
        }
        return new Authorities(network, List.copyOf(certificates));
    }

    /** The network of an authority, as its certificate says. */
    private static String networkOf(X509Certificate certificate, String where) {
        if (certificate.getBasicConstraints() < 0
                || !certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal())
                || !signed(certificate, certificate.getPublicKey())) {
            throw new PkiException(where + " has a certificate in it that is no authority's own: "
                    + Names.printable(certificate.getSubjectX500Principal().getName()));
        }
        String weakness = Keys.weakness(certificate.getPublicKey());
        if (!weakness.isEmpty()) {
            throw new PkiException(where + " has an authority whose key is not accepted: " + weakness);
        }
        List<String> uris = Names.uris(certificate);
        if (uris.size() != 1 || !uris.getFirst().startsWith(Names.SCHEME)) {
            throw new PkiException(where + " has an authority that does not say which network it is of");
        }
        return Names.network(uris.getFirst().substring(Names.SCHEME.length()));
    }

    String network() {
        return network;
    }

    /** Their own certificates, the current one first. */
    List<X509Certificate> certificates() {
        return certificates;
    }

    X509Certificate current() {
        return certificates.getFirst();
    }

    @Nullable
    X509Certificate byId(String id) {
        for (X509Certificate certificate : certificates) {
            if (Keys.shortId(certificate.getPublicKey()).equals(id)) {
                return certificate;
            }
        }
        return null;
    }

    /** Is this key one of theirs? */
    boolean trusts(PublicKey key) {
        return byId(Keys.shortId(key)) != null;
    }

    /** These and those, each once, these first. */
    Authorities with(Authorities others) {
        List<X509Certificate> all = new ArrayList<>(certificates);
        others.certificates.stream()
                .filter(certificate -> !trusts(certificate.getPublicKey()))
                .forEach(all::add);
        return new Authorities(network, List.copyOf(all));
    }

    /**
     * Finds who issued the first of these certificates: one of the authorities, or one for which they vouch by another of
     * these certificates. Whoever connects chooses what it sends, so a signature is only ever verified with a key of an
     * authority, or with one for which an authority has been found to vouch.
     */
    @Nullable
    Issuer issuer(X509Certificate[] chain) {
        if (chain.length > LONGEST_CHAIN) return null;
        X509Certificate leaf = chain[0];
        X509Certificate direct = signerOf(leaf);
        if (direct != null) {
            return new Issuer(Keys.shortId(direct.getPublicKey()), List.of(leaf), direct);
        }
        for (int i = 1; i < chain.length; i++) {
            X509Certificate between = chain[i];
            if (!mayHaveIssued(between, leaf)) continue;
            X509Certificate anchor = signerOf(between);
            if (anchor != null && issued(between, leaf)) {
                return new Issuer(Keys.shortId(between.getPublicKey()), List.of(leaf, between), anchor);
            }
        }
        return null;
    }

    private @Nullable X509Certificate signerOf(X509Certificate certificate) {
        for (X509Certificate authority : certificates) {
            if (issued(authority, certificate)) {
                return authority;
            }
        }
        return null;
    }

    /** What can be told without verifying anything. */
    private static boolean mayHaveIssued(X509Certificate between, X509Certificate leaf) {
        return between.getBasicConstraints() >= 0
                && between.getSubjectX500Principal().equals(leaf.getIssuerX500Principal())
                && Keys.weakness(between.getPublicKey()).isEmpty();
    }

    private static boolean issued(X509Certificate authority, X509Certificate certificate) {
        return authority.getSubjectX500Principal().equals(certificate.getIssuerX500Principal())
                && signed(certificate, authority.getPublicKey());
    }

    private static boolean signed(X509Certificate certificate, PublicKey key) {
        try {
            certificate.verify(key);
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
