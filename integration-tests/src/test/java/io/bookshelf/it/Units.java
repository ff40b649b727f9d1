package io.bookshelf.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The one place where tests get units and clients from: folders on the real disk, everything ended and deleted afterwards,
 * the units' logs shown when a test fails.
 *
 * <p>{@code -Dbookshelf.it.broker=HOST:PORT} (and {@code bookshelf.it.web}) point the tests at a broker that runs already.
 */
final class Units implements AfterEachCallback, AfterAllCallback {
    private final boolean perClass;
    private final List<UnitProcess> units = new ArrayList<>();
    private final List<Path> folders = new ArrayList<>();
    private final List<AutoCloseable> clients = new ArrayList<>();

    private Units(boolean perClass) {
        this.perClass = perClass;
    }

    /** For an instance field: units live as long as a test. */
    static Units perTest() {
        return new Units(false);
    }

    /** For a static field: units live as long as the class, clients as long as a test. */
    static Units perClass() {
        return new Units(true);
    }

    /** A started unit with a fresh data folder and default settings. */
    UnitProcess start() {
        return start("");
    }

    /** A started unit with a fresh data folder and this content of {@code bookshelf.toml}. */
    UnitProcess start(String config) {
        UnitProcess unit = create(config);
        unit.start();
        return unit;
    }

    /** A unit that has not been started. */
    UnitProcess create(String config) {
        return createIn(folder(), config);
    }

    /** A unit that has not been started, in a folder of the caller's. */
    synchronized UnitProcess createIn(Path folder, String config) {
        String other = System.getProperty("bookshelf.it.broker");
        UnitProcess unit = other == null
                ? new UnitProcess(folder, config)
                : UnitProcess.running(folder, other, System.getProperty("bookshelf.it.web"));
        units.add(unit);
        return unit;
    }

    /** Has a unit ended, and its log shown when the test fails. */
    synchronized UnitProcess caring(UnitProcess unit) {
        units.add(unit);
        return unit;
    }

    /** An empty folder on the disk that the build is on, not in memory. */
    synchronized Path folder() {
        try {
            Path parent = Files.createDirectories(Path.of("target", "it").toAbsolutePath());
            Path folder = Files.createTempDirectory(parent, "u");
            folders.add(folder);
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Connects a client that is closed after the test. */
    RawMqtt client(UnitProcess unit, Connect connect) {
        return closing(RawMqtt.connected(unit.mqtt(), connect));
    }

    /** A TCP connection on which nothing was sent, closed after the test. */
    RawMqtt tcp(UnitProcess unit) {
        return closing(RawMqtt.tcp(unit.mqtt()));
    }

    /** A WebSocket on which nothing was sent, closed after the test. */
    RawMqtt webSocket(UnitProcess unit) {
        try {
            String host = "127.0.0.1:" + unit.web().getPort();
            return closing(RawMqtt.over(WebSocketWire.open(Wire.tcp(unit.web(), 0), host)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Has something closed after the test. */
    synchronized <T extends AutoCloseable> T closing(T client) {
        clients.add(client);
        return client;
    }

    @Override
    public synchronized void afterEach(ExtensionContext context) {
        if (context.getExecutionException().isPresent()) {
            units.forEach(unit -> System.err.println(unit.log()));
        }
        for (AutoCloseable client : clients) {
            try {
                client.close();
            } catch (Exception closedAnyway) {
                // nothing left to do for it
            }
        }
        clients.clear();
        if (!perClass) {
            end();
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        end();
    }

    /** Ends and deletes all. */
    void end() {
        units.forEach(UnitProcess::close);
        units.clear();
        folders.forEach(Units::delete);
        folders.clear();
    }

    private static void delete(Path folder) {
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
