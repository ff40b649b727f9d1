package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Two Mosquittos, the first with a bridge to the second for all topics in both directions with QoS 1. Nothing is lost by a
 * limit of a queue, which its defaults would add.
 */
final class BridgedMosquittos implements SidePair {
    private static final String CONNECTION = "$SYS/broker/connection/#";

    private final List<InetSocketAddress> doors = List.of(Ports.free(), Ports.free());
    private final List<Process> processes = new ArrayList<>();
    private final String name;
    private final Relay cable;

    /** @param option a further line for the bridge, empty for none */
    BridgedMosquittos(Path folder, String option) throws IOException {
        name = "two " + version() + ", bridged" + (option.isEmpty() ? "" : " with `" + option + "`");
        cable = new Relay(doors.get(1), Duration.ZERO);
        String bridge = """
                connection bridge
                address 127.0.0.1:%d
                topic # both 1
                restart_timeout 1
                %s
                """.formatted(cable.address().getPort(), option);
        start(folder.resolve("second.conf"), doors.get(1), "");
        start(folder.resolve("first.conf"), doors.get(0), bridge);
        awaitBridge("1");
    }

    /** Its own name and number: mosquitto says them in the first line of its help, with which it ends in failure. */
    private static String version() throws IOException {
        Process process =
                new ProcessBuilder("mosquitto", "-h").redirectErrorStream(true).start();
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            return String.valueOf(lines.readLine()).replace("mosquitto version", "Mosquitto");
        }
    }

    private void start(Path file, InetSocketAddress door, String bridge) throws IOException {
        Files.writeString(file, """
                listener %d 127.0.0.1
                allow_anonymous true
                max_queued_messages 0
                %s
                """.formatted(door.getPort(), bridge));
        Process process = new ProcessBuilder("mosquitto", "-c", file.toString())
                .redirectErrorStream(true)
                .redirectOutput(file.resolveSibling(file.getFileName() + ".log").toFile())
                .start();
        processes.add(process);
        await("mosquitto takes connections").atMost(RealNetwork.SOON).until(() -> {
            assertThat(process.isAlive()).as("mosquitto runs").isTrue();
            try (Socket socket = new Socket()) {
                socket.connect(door);
                return true;
            } catch (IOException notYet) {
                return false;
            }
        });
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public InetSocketAddress mqtt(int side) {
        return doors.get(side);
    }

    @Override
    public void cut() {
        cable.cut();
        awaitBridge("0");
    }

    /** What either side has queued for the other goes before what is published last. */
    @Override
    public void heal() {
        cable.heal();
        awaitBridge("1");
        for (int round = 0; round < 2; round++) {
            passOn(0, 1, "settled/there/" + round);
            passOn(1, 0, "settled/back/" + round);
        }
    }

    private void passOn(int from, int to, String topic) {
        try (RawMqtt receiver = client(to);
                RawMqtt sender = client(from)) {
            receiver.subscribe(1, topic);
            sender.publish(topic, "x", 1, false, 1);
            sender.expect(Packet.PUBACK);
            receiver.expect(Packet.PUBLISH);
        }
    }

    private void awaitBridge(String state) {
        await("the bridge is " + state).atMost(RealNetwork.SOON).until(() -> read(0, CONNECTION)
                .containsValue(state));
    }

    private RawMqtt client(int side) {
        return RawMqtt.connected(mqtt(side), Connect.v4("test" + side));
    }

    @Override
    public Map<String, String> state(int side) {
        return read(side, RealNetwork.KEYS);
    }

    /** There is no end of a snapshot; but what is retained is sent at once, before a ping is answered. */
    private Map<String, String> read(int side, String filter) {
        Map<String, String> state = new TreeMap<>();
        try (RawMqtt client = client(side)) {
            client.sendSubscribe(1, Props.none(), 0, filter);
            client.ping();
            for (Packet packet = client.answer(); packet.type() != Packet.PINGRESP; packet = client.answer()) {
                if (packet.type() == Packet.PUBLISH) {
                    state.put(packet.topic(), packet.text());
                }
            }
        }
        return state;
    }

    @Override
    public void close() {
        cable.close();
        processes.forEach(Process::destroyForcibly);
    }
}
