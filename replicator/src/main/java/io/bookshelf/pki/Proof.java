package io.bookshelf.pki;

import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.util.Map;

/**
 * Names a certificate that was judged well: {@code <issuer>/<anchor>/<serial number>}, the ids of the authority that signed it
 * and of the one that was trusted (which vouches for the former, or is the same), and the number in hexadecimal.
 */
final class Proof {
    private static final int PARTS = 3;
    private static final int HEXADECIMAL = 16;

    private Proof() {}

    /** @return empty if nobody who is trusted issued it */
    static String of(X509Certificate[] chain, Authorities authorities) {
        Authorities.Issuer issuer = authorities.issuer(chain);
        return issuer == null
                ? ""
                : issuer.authority() + "/" + Keys.shortId(issuer.anchor().getPublicKey()) + "/"
                        + chain[0].getSerialNumber().toString(HEXADECIMAL);
    }

    /**
     * Is the certificate neither revoked nor of an authority that is trusted no more? Of one that is not known, which a former
     * version did not keep, it can only be said while nobody was ever revoked.
     */
    static boolean isLetIn(String proof, Authorities authorities, Map<String, RevocationList> lists) {
        if (proof.isEmpty()) {
            return lists.values().stream().allMatch(list -> list.revoked().isEmpty());
        }
        String[] parts = proof.split("/", PARTS);
        if (parts.length != PARTS || authorities.byId(parts[1]) == null) {
            return false;
        }
        RevocationList list = lists.get(parts[0]);
        return list == null || !list.revokes(new BigInteger(parts[2], HEXADECIMAL));
    }
}
