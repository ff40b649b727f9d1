package io.bookshelf.it;

import java.io.IOException;
import java.math.BigInteger;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.RSAPrivateKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A client of TLS that trusts anybody and shows a certificate behind seven intermediates which nobody trusts. Their keys are
 * RSA with exponents as long as the modulus, so that to verify is as costly as to sign.
 */
final class Stranger extends X509ExtendedKeyManager {
    private static final int INTERMEDIATES = 7;
    private static final int BITS = 3_072;

    private final X509Certificate[] chain = new X509Certificate[1 + INTERMEDIATES];
    private final PrivateKey key;

    private Stranger() throws GeneralSecurityException, IOException, OperatorCreationException {
        KeyPair[] authorities = new KeyPair[INTERMEDIATES];
        KeyPair costly = costly();
        // One key under seven names costs as much to verify as seven keys do, and a seventh to make.
        Arrays.fill(authorities, costly);
        KeyPairGenerator curve = KeyPairGenerator.getInstance("EC");
        curve.initialize(256);
        KeyPair own = curve.generateKeyPair();
        key = own.getPrivate();
        for (int i = 0; i <= INTERMEDIATES; i++) {
            PublicKey of = i == 0 ? own.getPublic() : authorities[i - 1].getPublic();
            KeyPair by = authorities[Math.min(i, INTERMEDIATES - 1)];
            chain[i] = issue(i, of, by.getPrivate());
        }
    }

    static SSLContext tls() {
        try {
            SSLContext tls = SSLContext.getInstance("TLSv1.3");
            tls.init(new X509ExtendedKeyManager[] {new Stranger()}, new TrustManager[] {new Anybody()}, null);
            return tls;
        } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
            throw new AssertionError(e);
        }
    }

    private static KeyPair costly() throws GeneralSecurityException {
        SecureRandom random = new SecureRandom();
        BigInteger p = BigInteger.probablePrime(BITS / 2, random);
        BigInteger q = BigInteger.probablePrime(BITS / 2, random);
        BigInteger modulus = p.multiply(q);
        BigInteger phi = p.subtract(BigInteger.ONE).multiply(q.subtract(BigInteger.ONE));
        BigInteger exponent;
        do {
            exponent = new BigInteger(BITS - 16, random).setBit(0).setBit(BITS - 20);
        } while (!exponent.gcd(phi).equals(BigInteger.ONE));
        KeyFactory rsa = KeyFactory.getInstance("RSA");
        return new KeyPair(
                rsa.generatePublic(new RSAPublicKeySpec(modulus, exponent)),
                rsa.generatePrivate(new RSAPrivateKeySpec(modulus, exponent.modInverse(phi))));
    }

    private static X509Certificate issue(int depth, PublicKey of, PrivateKey by)
            throws GeneralSecurityException, IOException, OperatorCreationException {
        Instant now = Instant.now();
        JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                new X500Name("CN=stranger " + (depth + 1)),
                BigInteger.valueOf(1 + depth),
                Date.from(now.minusSeconds(3_600)),
                Date.from(now.plusSeconds(86_400)),
                new X500Name("CN=stranger " + depth),
                of);
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(depth > 0));
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withRSA").build(by)));
    }

    @Override
    public String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
        return "stranger";
    }

    @Override
    public String chooseEngineClientAlias(String[] types, Principal[] issuers, SSLEngine engine) {
        return "stranger";
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        return chain.clone();
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return key;
    }

    @Override
    public String[] getClientAliases(String type, Principal[] issuers) {
        return new String[] {"stranger"};
    }

    @Override
    public String[] getServerAliases(String type, Principal[] issuers) {
        throw new UnsupportedOperationException("is a client");
    }

    @Override
    public String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
        throw new UnsupportedOperationException("is a client");
    }

    /** Trusts whoever answers. */
    private static final class Anybody extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
