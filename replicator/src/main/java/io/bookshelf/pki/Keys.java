package io.bookshelf.pki;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.HexFormat;

/** Key pairs: made, measured, named. */
final class Keys {
    private static final int EC_BITS = 256;
    private static final int RSA_BITS = 2048;

    /** Verifying with larger ones takes long, and who connects chooses them. */
    private static final int MOST_RSA_BITS = 8192;

    private static final int MOST_EXPONENT_BITS = 64;
    private static final int KEY_ID_BYTES = 20;
    private static final int SHORT_ID_BYTES = 8;

    private Keys() {}

    /** A new key pair on P-256, which every TLS library has. */
    static KeyPair generate() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Why the key is not accepted (too weak, or too costly to verify with), the end of a sentence; empty if it is. */
    static String weakness(PublicKey key) {
        return switch (key) {
            case ECPublicKey ec -> {
                int bits = ec.getParams().getCurve().getField().getFieldSize();
                yield bits < EC_BITS ? "EC with " + bits + " bits, less than P-256" : "";
            }
            case RSAPublicKey rsa -> {
                int bits = rsa.getModulus().bitLength();
                if (bits > MOST_RSA_BITS) yield "RSA with " + bits + " bits, more than 8192";
                if (rsa.getPublicExponent().bitLength() > MOST_EXPONENT_BITS) yield "RSA with a huge exponent";
                yield bits < RSA_BITS ? "RSA with " + bits + " bits, less than 2048" : "";
            }
            default -> key.getAlgorithm() + ", neither EC nor RSA";
        };
    }

    /** Do these two belong together? */
    static boolean match(PrivateKey secret, PublicKey open) {
        if (!secret.getAlgorithm().equals(open.getAlgorithm())) {
            return false;
        }
        String algorithm = secret.getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA";
        byte[] anything = {1, 2, 3, 4};
        try {
            Signature signing = Signature.getInstance(algorithm);
            signing.initSign(secret);
            signing.update(anything);
            Signature checking = Signature.getInstance(algorithm);
            checking.initVerify(open);
            checking.update(anything);
            return checking.verify(signing.sign());
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** The key identifier that certificates carry: the first bytes of the key's SHA-256 (RFC 7093, method 4). */
    static byte[] id(PublicKey key) {
        return Arrays.copyOf(sha256(key.getEncoded()), KEY_ID_BYTES);
    }

    /** The beginning of {@link #id}, in hexadecimal: by this an authority is named. */
    static String shortId(PublicKey key) {
        return HexFormat.of().formatHex(id(key), 0, SHORT_ID_BYTES);
    }

    static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
