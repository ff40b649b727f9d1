package io.bookshelf.pki;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.function.Supplier;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/** Sockets that {@link StrictTls} has set up. */
final class StrictSockets extends SSLSocketFactory {
    private final Supplier<SSLSocketFactory> inner;

    StrictSockets(Supplier<SSLSocketFactory> inner) {
        this.inner = inner;
    }

    private static Socket strict(Socket socket) {
        if (socket instanceof SSLSocket tls) {
            tls.setEnabledProtocols(StrictTls.PROTOCOLS);
            tls.setNeedClientAuth(true);
        }
        return socket;
    }

    @Override
    public Socket createSocket() throws IOException {
        return strict(inner.get().createSocket());
    }

    @Override
    public Socket createSocket(Socket below, String host, int port, boolean close) throws IOException {
        return strict(inner.get().createSocket(below, host, port, close));
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return strict(inner.get().createSocket(host, port));
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort) throws IOException {
        return strict(inner.get().createSocket(host, port, local, localPort));
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return strict(inner.get().createSocket(host, port));
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) throws IOException {
        return strict(inner.get().createSocket(host, port, local, localPort));
    }

    @Override
    public String[] getDefaultCipherSuites() {
        return inner.get().getDefaultCipherSuites();
    }

    @Override
    public String[] getSupportedCipherSuites() {
        return inner.get().getSupportedCipherSuites();
    }
}
