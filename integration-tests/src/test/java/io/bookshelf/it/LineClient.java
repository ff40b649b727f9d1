package io.bookshelf.it;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A client in a process of its own that takes commands and tells messages as lines: paho and mqtt.js. */
final class LineClient implements RealClient {
    private final String name;
    private final boolean mqtt5;
    private final Process process;
    private final Writer commands;
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final List<Message> received = new CopyOnWriteArrayList<>();

    LineClient(String name, boolean mqtt5, List<String> command) {
        this.name = name;
        this.mqtt5 = mqtt5;
        try {
            process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
        } catch (IOException e) {
            throw new AssertionError(name + " cannot be started: run ./verify, which installs the clients", e);
        }
        commands = process.outputWriter(StandardCharsets.UTF_8);
        Thread.ofVirtual().start(this::read);
        try {
            expect("connected");
        } catch (AssertionError e) {
            close();
            throw e;
        }
    }

    private void read() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] fields = line.split("\t", -1);
                if (fields[0].equals("msg")) {
                    received.add(new Message(
                            fields[1], Integer.parseInt(fields[2]), fields[3].equals("1"), fields[4], fields[5]));
                } else {
                    answers.add(line);
                }
            }
        } catch (IOException ended) {
            // with the process
        }
        answers.add("ended");
    }

    private void expect(String answer) {
        try {
            @Nullable String line = answers.poll(RawMqtt.PATIENCE.toSeconds(), TimeUnit.SECONDS);
            if (!answer.equals(line)) {
                throw new AssertionError(name + " says " + line + " instead of " + answer);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void command(String... fields) {
        try {
            commands.write(String.join("\t", fields) + "\n");
            commands.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean speaksMqtt5() {
        return mqtt5;
    }

    @Override
    public void subscribe(String filter, int qos) {
        command("sub", filter, "" + qos);
        expect("subscribed");
    }

    @Override
    public void publish(String topic, int qos, boolean retain, String value, boolean withProperties) {
        if (withProperties) {
            command("pub", topic, "" + qos, retain ? "1" : "0", value, "from=" + name);
        } else {
            command("pub", topic, "" + qos, retain ? "1" : "0", value);
        }
        expect("published");
    }

    @Override
    public List<Message> received() {
        return received;
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
