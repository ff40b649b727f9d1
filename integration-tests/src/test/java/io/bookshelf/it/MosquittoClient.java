package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** mosquitto_pub and mosquitto_sub, a process for each publish and each subscription. */
final class MosquittoClient implements RealClient {
    private final InetSocketAddress to;
    private final String version;
    private final List<Process> subscribers = new ArrayList<>();
    private final List<Message> received = new CopyOnWriteArrayList<>();

    /** @param version as the tools name it: mqttv311 or mqttv5 */
    MosquittoClient(InetSocketAddress to, String version) {
        this.to = to;
        this.version = version;
    }

    static Process start(InetSocketAddress to, String tool, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(tool, "-h", to.getHostString(), "-p", "" + to.getPort()));
        command.addAll(arguments);
        try {
            return new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new AssertionError(tool + " cannot be started: run ./verify, which installs the clients", e);
        }
    }

    /** Runs one of the tools to its end and returns what it wrote; it has to succeed. */
    static String run(InetSocketAddress to, String tool, String... arguments) {
        Process process = start(to, tool, List.of(arguments));
        String output = toItsEnd(process);
        assertThat(process.exitValue()).as(tool + ": " + output).isZero();
        return output;
    }

    /** Runs one of the tools to its end and returns what it wrote; it has to fail. */
    static String fails(InetSocketAddress to, String tool, String... arguments) {
        Process process = start(to, tool, List.of(arguments));
        String output = toItsEnd(process);
        assertThat(process.exitValue()).as(tool + ": " + output).isNotZero();
        return output;
    }

    private static String toItsEnd(Process process) {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            String output = lines.readAllAsString();
            assertThat(process.waitFor(RawMqtt.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
            return output;
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public String name() {
        return "mosquitto-" + version;
    }

    @Override
    public boolean speaksMqtt5() {
        return version.equals("mqttv5");
    }

    @Override
    public void subscribe(String filter, int qos) {
        // -d tells when the subscription stands, on the same stream as the messages
        String format = speaksMqtt5() ? "msg\t%t\t%q\t%r\t%p\t%P%C%R%D" : "msg\t%t\t%q\t%r\t%p\t";
        Process process =
                start(to, "mosquitto_sub", List.of("-V", version, "-d", "-t", filter, "-q", "" + qos, "-F", format));
        subscribers.add(process);
        CountDownLatch subscribed = new CountDownLatch(1);
        Thread.ofVirtual().start(() -> read(process, subscribed));
        try {
            assertThat(subscribed.await(RawMqtt.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .as(name() + " subscribed")
                    .isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void read(Process process, CountDownLatch subscribed) {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] fields = line.split("\t", -1);
                if (fields[0].equals("msg")) {
                    received.add(new Message(
                            fields[1], Integer.parseInt(fields[2]), fields[3].equals("1"), fields[4], fields[5]));
                } else if (line.startsWith("Subscribed")) {
                    subscribed.countDown();
                }
            }
        } catch (IOException ended) {
            // with the process
        }
    }

    @Override
    public void publish(String topic, int qos, boolean retain, String value, boolean withProperties) {
        List<String> arguments = new ArrayList<>(List.of("-V", version, "-t", topic, "-q", "" + qos));
        if (retain) {
            arguments.add("-r");
        }
        arguments.addAll(value.isEmpty() ? List.of("-n") : List.of("-m", value));
        if (withProperties) {
            for (List<String> property : List.of(
                    List.of("user-property", "from", name()),
                    List.of("content-type", "text/plain"),
                    List.of("response-topic", "answers/here"),
                    List.of("correlation-data", "42"))) {
                arguments.addAll(List.of("-D", "publish"));
                arguments.addAll(property);
            }
        }
        run(to, "mosquitto_pub", arguments.toArray(String[]::new));
    }

    @Override
    public List<Message> received() {
        return received;
    }

    @Override
    public void close() {
        subscribers.forEach(Process::destroyForcibly);
    }
}
