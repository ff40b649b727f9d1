package io.bookshelf.node.pairing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Objects;

/** What a browser does with WebCrypto. */
final class TestPhone {
    private final KeyPair pair;

    TestPhone() {
        this("secp256r1");
    }

    TestPhone(String curve) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec(curve));
            pair = generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    String key() {
        return Base64.getEncoder().encodeToString(pair.getPublic().getEncoded());
    }

    String id() {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(pair.getPublic().getEncoded());
            return HexFormat.of().formatHex(digest, 0, 16);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    String request(String code) {
        return "{\"code\":\"%s\",\"name\":\"Anna's phone\",\"key\":\"%s\"}".formatted(code, key());
    }

    /** What a former version wrote under its key in the state. */
    String unsigned() {
        return "{\"name\":\"Anna's phone\",\"key\":\"%s\",\"paired\":\"2026-11-22T20:00:00Z\",\"unit\":\"hall\"}"
                .formatted(key());
    }

    /** What stands under its key in the state. */
    String entry() {
        return entry("network");
    }

    String entry(String counts) {
        String json = unsigned().replace("}", ",\"counts\":\"" + counts + "\"}");
        PhoneEntry phone = Objects.requireNonNull(PhoneEntry.of(Fields.read(json.getBytes(UTF_8))));
        return new String(phone.signedBy(SignInRig.SIGNER, "home"), UTF_8);
    }

    String answer(String network, String unit, String challenge) {
        return "{\"id\":\"%s\",\"challenge\":\"%s\",\"signature\":\"%s\"}"
                .formatted(id(), challenge, sign("bookshelf-sign-in:" + network + ":" + unit + ":" + challenge));
    }

    private String sign(String text) {
        try {
            Signature signing = Signature.getInstance("SHA256withECDSAinP1363Format");
            signing.initSign(pair.getPrivate());
            signing.update(text.getBytes(UTF_8));
            return Base64.getEncoder().encodeToString(signing.sign());
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
