package io.bookshelf.pki;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Certificates, keys, requests and lists as text between BEGIN and END. */
final class Pem {
    static final String CERTIFICATE = "CERTIFICATE";
    static final String KEY = "PRIVATE KEY";
    static final String REQUEST = "CERTIFICATE REQUEST";
    static final String LIST = "X509 CRL";
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");
    private static final List<String> KEY_KINDS = List.of("EC", "RSA");

    private Pem() {}

    static byte[] encode(String kind, byte[] der) {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return ("-----BEGIN " + kind + "-----\n" + body + "\n-----END " + kind + "-----\n").getBytes(US_ASCII);
    }

    static byte[] certificates(List<X509Certificate> certificates) {
        List<byte[]> blocks = new ArrayList<>();
        for (X509Certificate certificate : certificates) {
            try {
                blocks.add(encode(CERTIFICATE, certificate.getEncoded()));
            } catch (CertificateEncodingException e) {
                throw new IllegalStateException(e);
            }
        }
        return join(blocks);
    }

    static byte[] keys(List<PrivateKey> keys) {
        return join(keys.stream().map(key -> encode(KEY, key.getEncoded())).toList());
    }

    static byte[] join(List<byte[]> blocks) {
        int length = blocks.stream().mapToInt(block -> block.length).sum();
        byte[] all = new byte[length];
        int at = 0;
        for (byte[] block : blocks) {
            System.arraycopy(block, 0, all, at, block.length);
            at += block.length;
        }
        return all;
    }

    /**
     * @param where what is read, for the message
     * @return at least one block of this kind
     * @throws PkiException if there is none, or one is damaged
     */
    static List<byte[]> decode(String kind, byte[] text, String where) {
        List<byte[]> blocks = new ArrayList<>();
        Matcher found = BLOCK.matcher(new String(text, US_ASCII));
        while (found.find()) {
            if (kind.equals(found.group(1))) {
                try {
                    blocks.add(Base64.getMimeDecoder().decode(found.group(2)));
                } catch (IllegalArgumentException e) {
                    throw new PkiException(where + " is damaged: " + e.getMessage(), e);
                }
            }
        }
        if (blocks.isEmpty()) {
            throw new PkiException(where + " has no \"BEGIN " + kind + "\" in it: give a PEM file that has");
        }
        return blocks;
    }

    /**
     * @return at least one certificate
     * @throws PkiException if it is no file of certificates
     */
    static List<X509Certificate> certificates(byte[] text, String where) {
        List<X509Certificate> certificates = new ArrayList<>();
        for (byte[] der : decode(CERTIFICATE, text, where)) {
            certificates.add(certificate(der, where));
        }
        return certificates;
    }

    private static X509Certificate certificate(byte[] der, String where) {
        try {
            Certificate read =
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
            if (read instanceof X509Certificate certificate) {
                return certificate;
            }
            throw new PkiException(where + " holds something that is no certificate");
        } catch (CertificateException e) {
            throw new PkiException(where + " holds a damaged certificate: " + e.getMessage(), e);
        }
    }

    /**
     * @return at least one private key
     * @throws PkiException if it is no file of private keys
     */
    static List<PrivateKey> keys(byte[] text, String where) {
        return decode(KEY, text, where).stream().map(der -> key(der, where)).toList();
    }

    private static PrivateKey key(byte[] der, String where) {
        for (String kind : KEY_KINDS) {
            try {
                return KeyFactory.getInstance(kind).generatePrivate(new PKCS8EncodedKeySpec(der));
            } catch (GeneralSecurityException e) {
                // Of another kind, perhaps.
            }
        }
        throw new PkiException(where + " holds a private key that is damaged, or neither EC nor RSA");
    }
}
