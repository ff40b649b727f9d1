package io.bookshelf.pki;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/** Both ends of one TLS connection over loopback, after its handshake. */
record Wire(SSLSocket dialler, SSLSocket listener, List<Socket> plain) implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 20_000;

    private record Accepted(Socket plain, SSLSocket socket) {}

    /**
     * Why there is no connection.
     *
     * @param atListener what the listening side failed of
     * @param atDialler what the dialling side failed of, when it reads at the latest
     */
    record Failure(@Nullable Throwable atListener, @Nullable Throwable atDialler) {
        /** The messages of both sides, causes included. */
        String text() {
            StringBuilder text = new StringBuilder();
            for (Throwable side : Arrays.asList(atListener, atDialler)) {
                for (Throwable t = side; t != null; t = t.getCause()) {
                    text.append(t.getMessage()).append('\n');
                }
            }
            return text.toString();
        }
    }

    /** Thrown if a handshake fails. */
    static final class Failed extends Exception {
        private static final long serialVersionUID = 1L;
        private final transient Failure failure;

        Failed(Failure failure) {
            super(failure.text());
            this.failure = failure;
        }

        Failure failure() {
            return failure;
        }
    }

    static Wire between(SSLContext dialling, SSLContext listening, String... protocols) throws Failed {
        try (ServerSocket server = listen()) {
            return at(server, dialling, listening, protocols);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static ServerSocket listen() throws IOException {
        return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    /** At one and the same port a dialling side finds its session of before. */
    static Wire at(ServerSocket server, SSLContext dialling, SSLContext listening, String... protocols) throws Failed {
        try {
            CompletableFuture<Accepted> accepted = CompletableFuture.supplyAsync(
                    () -> accept(server, listening), task -> Thread.ofVirtual().start(task));
            Socket plain = new Socket(server.getInetAddress(), server.getLocalPort());
            plain.setSoTimeout(PATIENCE_MILLIS);
            SSLSocket dialler = (SSLSocket)
                    dialling.getSocketFactory().createSocket(plain, "127.0.0.1", server.getLocalPort(), false);
            if (protocols.length > 0) {
                dialler.setEnabledProtocols(protocols);
            }
            Throwable failed = null;
            try {
                dialler.startHandshake();
                // The dialling side learns of a refusal of its certificate only here.
                if (dialler.getInputStream().read() != 'k') {
                    failed = new IOException("the connection ended");
                }
            } catch (IOException e) {
                failed = e;
            }
            return both(dialler, plain, accepted, failed);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Wire both(
            SSLSocket dialler, Socket plain, CompletableFuture<Accepted> accepted, @Nullable Throwable failed)
            throws Failed, IOException {
        try {
            Accepted listener = accepted.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            if (failed == null) {
                return new Wire(dialler, listener.socket(), List.of(plain, listener.plain()));
            }
            listener.plain().close();
            plain.close();
            throw new Failed(new Failure(null, failed));
        } catch (ExecutionException e) {
            plain.close();
            throw new Failed(new Failure(e.getCause(), failed));
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    private static Accepted accept(ServerSocket server, SSLContext context) {
        try {
            Socket plain = server.accept();
            plain.setSoTimeout(PATIENCE_MILLIS);
            SSLSocket socket =
                    (SSLSocket) context.getSocketFactory().createSocket(plain, "127.0.0.1", plain.getPort(), false);
            socket.setUseClientMode(false);
            try {
                socket.startHandshake();
                socket.getOutputStream().write('k');
                return new Accepted(plain, socket);
            } catch (IOException e) {
                plain.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The certificates with which the dialling side has proved itself. */
    X509Certificate[] dialled() throws IOException {
        Object[] sent = listener.getSession().getPeerCertificates();
        return Arrays.copyOf(sent, sent.length, X509Certificate[].class);
    }

    /** The certificates with which the listening side has proved itself. */
    X509Certificate[] listened() throws IOException {
        Object[] sent = dialler.getSession().getPeerCertificates();
        return Arrays.copyOf(sent, sent.length, X509Certificate[].class);
    }

    /** Does a byte get through, either way? */
    boolean works() throws IOException {
        dialler.getOutputStream().write('?');
        boolean there = listener.getInputStream().read() == '?';
        listener.getOutputStream().write('!');
        return there && dialler.getInputStream().read() == '!';
    }

    @Override
    public void close() throws IOException {
        // The sockets on top would wait for one another to say goodbye.
        for (Socket socket : plain) {
            socket.close();
        }
    }
}
