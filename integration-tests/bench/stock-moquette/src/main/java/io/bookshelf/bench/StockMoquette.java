package io.bookshelf.bench;

import io.moquette.broker.Server;
import io.moquette.broker.config.MemoryConfig;
import java.io.IOException;
import java.util.Properties;

/** Moquette as its own defaults have it, on one loopback port, in memory, without telemetry. */
public final class StockMoquette {
    private StockMoquette() {}

    /** Starts it on {@code args[0]}, says {@code ready mqtt=HOST:PORT}, and serves until it is killed. */
    public static void main(String[] args) throws IOException {
        Properties settings = new Properties();
        settings.setProperty("host", "127.0.0.1");
        settings.setProperty("port", args[0]);
        settings.setProperty("allow_anonymous", "true");
        settings.setProperty("persistence_enabled", "false");
        settings.setProperty("telemetry_enabled", "false");
        Server server = new Server();
        server.startServer(new MemoryConfig(settings));
        Runtime.getRuntime().addShutdownHook(new Thread(server::stopServer));
        System.out.println("ready mqtt=127.0.0.1:" + args[0]);
        System.out.flush();
    }
}
