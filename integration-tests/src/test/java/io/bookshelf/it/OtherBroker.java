package io.bookshelf.it;

import static org.awaitility.Awaitility.await;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;

/** A Mosquitto with nothing but a listener. */
final class OtherBroker implements Closeable {
    private final InetSocketAddress door = Ports.free();
    private final Process process;

    OtherBroker(Path folder) throws IOException {
        Path file = Files.writeString(
                folder.resolve("mosquitto.conf"),
                "listener %d 127.0.0.1%nallow_anonymous true%n".formatted(door.getPort()));
        process = new ProcessBuilder("mosquitto", "-c", file.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("mosquitto.log").toFile())
                .start();
        await("mosquitto takes connections").atMost(RealNetwork.SOON).until(() -> {
            try (Socket socket = new Socket()) {
                socket.connect(door);
                return true;
            } catch (IOException notYet) {
                return false;
            }
        });
    }

    int port() {
        return door.getPort();
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
