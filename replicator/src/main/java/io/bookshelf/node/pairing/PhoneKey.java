package io.bookshelf.node.pairing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The public key of a phone, on the curve P-256.
 *
 * @param id the first 16 bytes of the SHA-256 of its SubjectPublicKeyInfo, as 32 hexadecimal digits
 */
record PhoneKey(String id, PublicKey key) {
    private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");
    private static final int LONGEST = 256;
    private static final int SIGNATURE_BYTES = 64;
    private static final int ID_BYTES = 16;

    static boolean isId(String text) {
        return ID.matcher(text).matches();
    }

    /** Reads a SubjectPublicKeyInfo in base64; null if it is none of P-256, or not spelled as everybody spells it. */
    static @Nullable PhoneKey read(String base64) {
        try {
            if (base64.isEmpty() || base64.length() > LONGEST) {
                return null;
            }
            byte[] spki = Base64.getDecoder().decode(base64);
            PublicKey key = KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(spki));
            // Another spelling of the same key would have another id.
            if (!(key instanceof ECPublicKey point) || !Arrays.equals(key.getEncoded(), spki) || !isOnP256(point)) {
                return null;
            }
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(spki);
            return new PhoneKey(HexFormat.of().formatHex(digest, 0, ID_BYTES), key);
        } catch (GeneralSecurityException | RuntimeException e) {
            return null;
        }
    }

    private static boolean isOnP256(ECPublicKey key) throws GeneralSecurityException {
        AlgorithmParameters named = AlgorithmParameters.getInstance("EC");
        named.init(new ECGenParameterSpec("secp256r1"));
        ECParameterSpec curve = named.getParameterSpec(ECParameterSpec.class);
        ECParameterSpec its = key.getParams();
        ECPoint at = key.getW();
        if (!its.getCurve().equals(curve.getCurve())
                || !its.getGenerator().equals(curve.getGenerator())
                || !its.getOrder().equals(curve.getOrder())
                || at.equals(ECPoint.POINT_INFINITY)) {
            return false;
        }
        BigInteger p = ((ECFieldFp) curve.getCurve().getField()).getP();
        BigInteger x = at.getAffineX();
        BigInteger right = x.pow(3)
                .add(curve.getCurve().getA().multiply(x))
                .add(curve.getCurve().getB())
                .mod(p);
        return at.getAffineY().pow(2).mod(p).equals(right);
    }

    /** Did the holder of this key sign that? The signature is r and s, 32 bytes each (IEEE P1363), in base64. */
    boolean signed(String message, String signature) {
        try {
            byte[] bytes = Base64.getDecoder().decode(signature);
            if (bytes.length != SIGNATURE_BYTES) {
                return false;
            }
            Signature verifying = Signature.getInstance("SHA256withECDSAinP1363Format");
            verifying.initVerify(key);
            verifying.update(message.getBytes(UTF_8));
            return verifying.verify(bytes);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return false;
        }
    }
}
