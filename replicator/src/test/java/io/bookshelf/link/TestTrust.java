package io.bookshelf.link;

import io.bookshelf.broker.peer.PeerIdentity;
import io.bookshelf.broker.peer.PeerTrust;
import java.math.BigInteger;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Throw-away certificates of a network, judged by signature, name and a set of those that are revoked. */
final class TestTrust implements PeerTrust {
    /** An authority and whom it has revoked; all its certificates see the same. */
    static final class Network {
        private final String name;
        private final KeyPair authority = keys();
        private final Set<PeerIdentity> revoked = ConcurrentHashMap.newKeySet();
        private final List<Runnable> judgeAgain = new CopyOnWriteArrayList<>();

        Network(String name) {
            this.name = name;
        }

        TestTrust unit(String id) {
            return new TestTrust(this, identity(PeerIdentity.Role.UNIT, id));
        }

        TestTrust owner(String id) {
            return new TestTrust(this, identity(PeerIdentity.Role.OWNER, id));
        }

        PeerIdentity identity(PeerIdentity.Role role, String id) {
            return new PeerIdentity(name, role, id);
        }

        void revoke(PeerIdentity who) {
            revoked.add(who);
            judgeAgain.forEach(Runnable::run);
        }
    }

    private final Network network;
    private final PeerIdentity self;
    private final KeyPair own = keys();
    private final X509Certificate certificate;
    private final SSLContext context;
    private final AtomicInteger judgements = new AtomicInteger();
    private volatile Runnable then = () -> {};
    private volatile int awaited;

    private TestTrust(Network network, PeerIdentity self) {
        this.network = network;
        this.self = self;
        try {
            this.certificate = issue();
            this.context = SSLContext.getInstance("TLSv1.3");
            context.init(new KeyManager[] {keyManager()}, new TrustManager[] {trustManager()}, null);
        } catch (GeneralSecurityException | OperatorException | java.io.IOException e) {
            throw new AssertionError(e);
        }
    }

    private static KeyPair keys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private X509Certificate issue() throws GeneralSecurityException, OperatorException, java.io.IOException {
        Instant now = Instant.now();
        var builder = new JcaX509v3CertificateBuilder(
                new X500Name("CN=" + network.name),
                BigInteger.valueOf(System.nanoTime()),
                Date.from(now.minusSeconds(3_600)),
                Date.from(now.plusSeconds(86_400)),
                new X500Name("CN=" + self.name()),
                own.getPublic());
        builder.addExtension(
                Extension.subjectAlternativeName,
                false,
                new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, self.uri())));
        var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(network.authority.getPrivate());
        return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
    }

    /** Does something once this unit has let somebody in so many times. */
    void afterJudgements(int number, Runnable what) {
        then = what;
        awaited = number;
    }

    @Override
    public PeerIdentity self() {
        return self;
    }

    @Override
    public SSLContext context() {
        return context;
    }

    @Override
    public PeerIdentity judge(X509Certificate[] chain) throws CertificateException {
        try {
            chain[0].verify(network.authority.getPublic());
        } catch (GeneralSecurityException e) {
            throw new CertificateException("its certificate is of another network");
        }
        String uri =
                chain[0].getSubjectAlternativeNames().iterator().next().get(1).toString();
        PeerIdentity identity = PeerIdentity.parse(uri);
        if (network.revoked.contains(identity)) {
            throw new CertificateException("its certificate is revoked");
        }
        if (judgements.incrementAndGet() == awaited) {
            then.run();
        }
        return identity;
    }

    @Override
    public String proof(X509Certificate[] chain) {
        return chain[0].getSubjectX500Principal().getName();
    }

    @Override
    public boolean isLetIn(String proof) {
        return network.revoked.stream().noneMatch(each -> proof.equals("CN=" + each.name()));
    }

    @Override
    public void onChange(Runnable judgeAgain) {
        network.judgeAgain.add(judgeAgain);
    }

    @Override
    public X509ExtendedKeyManager keyManager() {
        return new Keys();
    }

    @Override
    public X509ExtendedTrustManager trustManager() {
        return new Judge();
    }

    private final class Keys extends X509ExtendedKeyManager {
        @Override
        public String[] getClientAliases(String keyType, Principal[] issuers) {
            return new String[] {"own"};
        }

        @Override
        public String chooseClientAlias(String[] keyType, Principal[] issuers, Socket socket) {
            return "own";
        }

        @Override
        public String chooseEngineClientAlias(String[] keyType, Principal[] issuers, SSLEngine engine) {
            return "own";
        }

        @Override
        public String[] getServerAliases(String keyType, Principal[] issuers) {
            return new String[] {"own"};
        }

        @Override
        public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
            return "own";
        }

        @Override
        public String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
            return "own";
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return new X509Certificate[] {certificate};
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return own.getPrivate();
        }
    }

    private final class Judge extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            judge(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            judge(chain);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
                throws CertificateException {
            judge(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
                throws CertificateException {
            judge(chain);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
                throws CertificateException {
            judge(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
                throws CertificateException {
            judge(chain);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
