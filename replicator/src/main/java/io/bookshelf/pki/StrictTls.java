package io.bookshelf.pki;

import java.security.GeneralSecurityException;
import java.security.KeyManagementException;
import java.security.SecureRandom;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;

/**
 * One context that stays the same while the JDK's inside it is replaced: TLS 1.3 and a certificate of the other side, whatever
 * is made from it. A resumed session is not judged again by the JDK, so that no session may outlive a change of whom is
 * trusted: {@link #forget} takes a new inner context, which knows none.
 */
final class StrictTls extends SSLContextSpi {
    static final String[] PROTOCOLS = {"TLSv1.3"};

    private final KeyManager[] keys;
    private final TrustManager[] trust;
    private volatile SSLContext inner;

    /** What callers hold. */
    private static final class Context extends SSLContext {
        Context(StrictTls spi) {
            super(spi, spi.inner.getProvider(), PROTOCOLS[0]);
        }
    }

    private StrictTls(SwappableKeys keys, PeerJudge trust) {
        this.keys = new KeyManager[] {keys};
        this.trust = new TrustManager[] {trust};
        this.inner = fresh();
    }

    static StrictTls of(SwappableKeys keys, PeerJudge trust) {
        return new StrictTls(keys, trust);
    }

    SSLContext context() {
        return new Context(this);
    }

    /** No session from before is resumed. Connections that are open stay. */
    void forget() {
        inner = fresh();
    }

    private SSLContext fresh() {
        try {
            SSLContext made = SSLContext.getInstance(PROTOCOLS[0]);
            made.init(keys, trust, null);
            return made;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static SSLParameters strict(SSLParameters parameters) {
        parameters.setProtocols(PROTOCOLS);
        parameters.setNeedClientAuth(true);
        return parameters;
    }

    private static SSLEngine strict(SSLEngine engine) {
        engine.setEnabledProtocols(PROTOCOLS);
        engine.setNeedClientAuth(true);
        return engine;
    }

    @Override
    protected SSLEngine engineCreateSSLEngine() {
        return strict(inner.createSSLEngine());
    }

    @Override
    protected SSLEngine engineCreateSSLEngine(String host, int port) {
        return strict(inner.createSSLEngine(host, port));
    }

    @Override
    protected SSLSocketFactory engineGetSocketFactory() {
        return new StrictSockets(() -> inner.getSocketFactory());
    }

    @Override
    protected SSLServerSocketFactory engineGetServerSocketFactory() {
        // One would keep its inner context, and so resume sessions from before a change of trust.
        throw new UnsupportedOperationException("lay a socket of the socket factory over each accepted one");
    }

    @Override
    protected SSLSessionContext engineGetServerSessionContext() {
        return inner.getServerSessionContext();
    }

    @Override
    protected SSLSessionContext engineGetClientSessionContext() {
        return inner.getClientSessionContext();
    }

    @Override
    protected SSLParameters engineGetDefaultSSLParameters() {
        return strict(inner.getDefaultSSLParameters());
    }

    @Override
    protected SSLParameters engineGetSupportedSSLParameters() {
        return strict(inner.getSupportedSSLParameters());
    }

    @Override
    protected void engineInit(KeyManager[] keys, TrustManager[] trust, SecureRandom random)
            throws KeyManagementException {
        throw new KeyManagementException("this context is ready made");
    }
}
