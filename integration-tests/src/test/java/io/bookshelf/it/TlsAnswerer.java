package io.bookshelf.it;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/** Whoever holds a certificate, and answers each CONNECT as if it were a broker. */
final class TlsAnswerer implements Closeable {
    private static final byte[] CONNACK = {0x20, 3, 0, 0, 0};

    private final SSLServerSocket door;

    /** @param p12 with its certificate and key, as {@code pki issue} writes it */
    TlsAnswerer(Path p12, char[] password) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(p12.toFile(), password);
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, password);
        SSLContext tls = SSLContext.getInstance("TLSv1.3");
        tls.init(keys.getKeyManagers(), null, null);
        door = (SSLServerSocket)
                tls.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return ((InetSocketAddress) door.getLocalSocketAddress()).getPort();
    }

    private void accept() {
        try {
            while (true) {
                SSLSocket client = (SSLSocket) door.accept();
                Thread.ofVirtual().start(() -> answer(client));
            }
        } catch (IOException closed) {
            // the test is over
        }
    }

    private static void answer(SSLSocket client) {
        try (client) {
            byte[] some = new byte[4096];
            if (client.getInputStream().read(some) > 0) {
                client.getOutputStream().write(CONNACK);
            }
            while (client.getInputStream().read(some) >= 0) {
                // until the client leaves
            }
        } catch (IOException gone) {
            // it does not like who answers
        }
    }

    @Override
    public void close() throws IOException {
        door.close();
    }
}
