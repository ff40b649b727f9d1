package io.bookshelf.node;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Holds two ports; stands in for the unit until that is merged. */
public final class BookshelfNode implements AutoCloseable {
    private final ServerSocket mqtt;
    private final ServerSocket web;

    private BookshelfNode(ServerSocket mqtt, ServerSocket web) {
        this.mqtt = mqtt;
        this.web = web;
    }

    public static BookshelfNode start(NodeConfig config) {
        return new BookshelfNode(
                bind("mqtt", config.broker().mqtt()),
                bind("web", config.broker().web()));
    }

    private static ServerSocket bind(String setting, InetSocketAddress address) {
        try {
            ServerSocket socket = new ServerSocket();
            socket.bind(address);
            return socket;
        } catch (IOException e) {
            throw new NodeException(
                    "cannot listen on " + address + " (" + e.getMessage() + "): choose another with --" + setting);
        }
    }

    public InetSocketAddress mqtt() {
        return (InetSocketAddress) mqtt.getLocalSocketAddress();
    }

    public InetSocketAddress web() {
        return (InetSocketAddress) web.getLocalSocketAddress();
    }

    @Override
    public void close() {
        try (mqtt;
                web) {
            // Closing is all there is to do.
        } catch (IOException e) {
            throw new NodeException("cannot stop listening: " + e.getMessage());
        }
    }
}
