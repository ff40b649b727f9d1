package io.bookshelf.it;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;

/** A byte stream to a unit: plain TCP, or the frames of a WebSocket. */
sealed interface Wire extends Closeable permits Wire.Tcp, WebSocketWire {
    void write(byte[] bytes) throws IOException;

    /**
     * Reads what is there, at least one byte.
     *
     * @return how many bytes were read, -1 at the end
     * @throws java.net.SocketTimeoutException if nothing came in that time
     */
    int read(byte[] into, Duration timeout) throws IOException;

    @Override
    void close();

    static Tcp tcp(InetSocketAddress to, int receiveBuffer) throws IOException {
        Socket socket = new Socket();
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.setTcpNoDelay(true);
        socket.connect(to, 10_000);
        return new Tcp(socket);
    }

    /** From one of this host's addresses, which are all of 127.0.0.0/8. */
    static Tcp tcp(String from, InetSocketAddress to) throws IOException {
        Socket socket = new Socket();
        try {
            socket.bind(new InetSocketAddress(from, 0));
            socket.setTcpNoDelay(true);
            socket.connect(to, 5_000);
            return new Tcp(socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** TCP, or TLS upon it. */
    record Tcp(Socket socket) implements Wire {
        @Override
        public void write(byte[] bytes) throws IOException {
            socket.getOutputStream().write(bytes);
        }

        @Override
        public int read(byte[] into, Duration timeout) throws IOException {
            socket.setSoTimeout((int) Math.max(1, timeout.toMillis()));
            return socket.getInputStream().read(into);
        }

        /** Ends the connection with a reset, as a client that vanishes does. */
        void reset() {
            try {
                socket.setSoLinger(true, 0);
            } catch (IOException closedAlready) {
                // as good as reset
            }
            close();
        }

        @Override
        public void close() {
            try {
                socket.close();
            } catch (IOException closedAnyway) {
                // a socket is closed whatever close() throws
            }
        }
    }
}
