package io.bookshelf.pki;

import io.bookshelf.broker.peer.PeerIdentity;
import io.bookshelf.broker.peer.PeerIdentity.Role;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;

/** What networks, units and owners may be called, and how a certificate says who its holder is. */
final class Names {
    static final String SCHEME = "spiffe://";
    private static final int URI_NAME = 6; // RFC 5280, GeneralName
    private static final Pattern NETWORK = Pattern.compile("[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

    private Names() {}

    /**
     * @return the network's name
     * @throws PkiException if it cannot be one
     */
    static String network(String name) {
        if (!NETWORK.matcher(name).matches()) {
            throw new PkiException(
                    "a network's name is 1 to 63 lower-case letters, digits, dots, hyphens and underscores,"
                            + " and begins and ends with a letter or digit: " + printable(name) + " is not");
        }
        return name;
    }

    /**
     * @return an identity whose parts can be what they are
     * @throws PkiException if they cannot
     */
    static PeerIdentity identity(String network, Role role, String name) {
        if (!NAME.matcher(name).matches()) {
            throw new PkiException("a name is 1 to 63 letters, digits, dots, hyphens and underscores,"
                    + " and begins with a letter or digit: " + printable(name) + " is not");
        }
        return new PeerIdentity(network(network), role, name);
    }

    /**
     * Reads an identity that is spelled exactly as this network's authority spells it.
     *
     * @throws IllegalArgumentException if it is not; the message is a sentence
     */
    static PeerIdentity strict(String uri) {
        PeerIdentity read = PeerIdentity.parse(uri);
        if (!read.uri().equals(uri)
                || !NETWORK.matcher(read.network()).matches()
                || !NAME.matcher(read.name()).matches()) {
            throw new IllegalArgumentException("not a name of this kind of network: " + uri);
        }
        return read;
    }

    /** The URIs in the certificate's alternative names; nothing else in it says who somebody is. */
    static List<String> uris(X509Certificate certificate) {
        List<String> uris = new ArrayList<>();
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            if (names != null) {
                for (List<?> name : names) {
                    if (Integer.valueOf(URI_NAME).equals(name.get(0)) && name.get(1) instanceof String uri) {
                        uris.add(uri);
                    }
                }
            }
        } catch (CertificateParsingException e) {
            return List.of();
        }
        return uris;
    }

    /** Something from outside, fit for a line of text. */
    static String printable(String text) {
        String plain = text.replaceAll("[^\\x21-\\x7e ]", "?");
        return plain.length() > 100 ? plain.substring(0, 100) + "…" : plain;
    }
}
