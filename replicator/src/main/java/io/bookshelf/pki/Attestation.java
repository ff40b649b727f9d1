package io.bookshelf.pki;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bookshelf.broker.peer.PeerIdentity.Role;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A signature over a text by the holder of a certificate, which goes along.
 *
 * @param certificates the signer's, then those that help others to trust it: each in base64, with a blank between them
 * @param signature SHA-256 with ECDSA or RSA, in base64
 */
public record Attestation(String certificates, String signature) {
    private static final int LONGEST = 16 * 1024;
    private static final int MOST_CERTIFICATES = 4;
    private static final Set<Role> SIGNERS = EnumSet.of(Role.UNIT, Role.OWNER);

    static Attestation make(String text, Credentials by) {
        try {
            Signature signing = Signature.getInstance(algorithm(by.key().getAlgorithm()));
            PrivateKey key = by.key();
            signing.initSign(key);
            signing.update(text.getBytes(UTF_8));
            List<String> certificates = new ArrayList<>();
            for (X509Certificate each : by.chain()) {
                certificates.add(Base64.getEncoder().encodeToString(each.getEncoded()));
            }
            return new Attestation(
                    String.join(" ", certificates), Base64.getEncoder().encodeToString(signing.sign()));
        } catch (GeneralSecurityException e) {
            throw new PkiException("the unit's key does not sign: " + e.getMessage(), e);
        }
    }

    private static String algorithm(String kind) {
        return kind.equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
    }

    /** Did a unit or an owner sign this whom these rules let in, whatever the time? */
    boolean holds(String text, CertificateRules.Situation by) {
        X509Certificate[] chain = chain();
        if (chain == null) {
            return false;
        }
        CertificateRules.Situation then = new CertificateRules.Situation(
                by.authorities(), by.lists(), chain[0].getNotBefore().toInstant(), true, by.built(), by.listed(), null);
        // In this order: nothing is verified with a key for which no authority vouches.
        return CertificateRules.judge(chain, then, SIGNERS) instanceof Verdict.Welcome && isOfItsKey(text, chain[0]);
    }

    private boolean isOfItsKey(String text, X509Certificate signer) {
        try {
            Signature verifying =
                    Signature.getInstance(algorithm(signer.getPublicKey().getAlgorithm()));
            verifying.initVerify(signer.getPublicKey());
            verifying.update(text.getBytes(UTF_8));
            return verifying.verify(Base64.getDecoder().decode(signature));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return false;
        }
    }

    /** The signer's certificate first; null if there is none that can be read. */
    X509Certificate @Nullable [] chain() {
        String[] each = certificates.split(" ");
        if (certificates.isEmpty() || certificates.length() > LONGEST || each.length > MOST_CERTIFICATES) {
            return null;
        }
        try {
            X509Certificate[] chain = new X509Certificate[each.length];
            for (int i = 0; i < each.length; i++) {
                chain[i] = (X509Certificate) CertificateFactory.getInstance("X.509")
                        .generateCertificate(
                                new ByteArrayInputStream(Base64.getDecoder().decode(each[i])));
            }
            return chain;
        } catch (GeneralSecurityException | RuntimeException e) {
            return null;
        }
    }
}
