package io.bookshelf.cli.demo;

import io.bookshelf.node.NodeException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One unit, a process of its own that ends with this one: its standard input is a pipe from here. Thread-safe. */
final class DemoUnit implements AutoCloseable {
    private static final Pattern READY =
            Pattern.compile("ready unit=\\S+ mqtt=\\S+:\\d+ web=(\\S+) listen=\\S+:(\\d+)");
    private static final long CLOSE_SECONDS = 3;

    private final String name;
    private final int port;
    private final Path folder;
    private final List<String> java;
    private @Nullable Process process;
    private State state = State.STARTING;

    enum State {
        STARTING,
        UP,
        KILLED,
        ENDED
    }

    /**
     * What a unit says when it accepts connections.
     *
     * @param web host and port of its web listener
     * @param listen the port for its peers
     */
    record Ready(String web, int listen) {}

    /**
     * A unit that does not run yet.
     *
     * @param port its port for MQTT, the same each time
     * @param java the command that starts the command line
     */
    DemoUnit(String name, int port, Path folder, List<String> java) {
        this.name = name;
        this.port = port;
        this.folder = folder;
        this.java = java;
    }

    String name() {
        return name;
    }

    int port() {
        return port;
    }

    synchronized State state() {
        return state;
    }

    /** Starts it; what comes of it fails with a sentence if the unit ends instead. */
    synchronized CompletableFuture<Ready> start() {
        List<String> command = new ArrayList<>(java);
        command.addAll(List.of("run", "--until-input-ends", "--unit", name));
        command.addAll(List.of("--config", folder.resolve("bookshelf.toml").toString()));
        command.addAll(List.of("--data", folder.resolve("data").toString()));
        command.addAll(List.of("--mqtt", "127.0.0.1:" + port, "--web", "127.0.0.1:0", "--listen", "127.0.0.1:0"));
        command.addAll(List.of("--pki", folder.resolve("pki").toString()));
        command.addAll(List.of("--peers", folder.resolve("peers.toml").toString()));
        try {
            Process started = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.appendTo(log().toFile()))
                    .start();
            process = started;
            state = State.STARTING;
            CompletableFuture<Ready> ready = new CompletableFuture<>();
            Thread.ofPlatform().daemon().name("follow-" + name).start(() -> follow(started, ready));
            return ready;
        } catch (IOException e) {
            throw new NodeException("cannot start " + name + " (" + e.getMessage() + "): try fewer --units");
        }
    }

    private Path log() {
        return folder.resolve("log");
    }

    private void follow(Process started, CompletableFuture<Ready> ready) {
        try (BufferedReader lines = started.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Matcher said = READY.matcher(line);
                if (said.matches()) {
                    change(started, State.STARTING, State.UP);
                    ready.complete(new Ready(said.group(1), Integer.parseInt(said.group(2))));
                }
            }
        } catch (IOException ended) {
            // as below
        }
        change(started, State.STARTING, State.ENDED);
        change(started, State.UP, State.ENDED);
        ready.completeExceptionally(new NodeException(name + " did not start: " + lastWords()));
    }

    private synchronized void change(Process of, State from, State to) {
        if (process == of && state == from) {
            state = to;
        }
    }

    private String lastWords() {
        try {
            List<String> lines = Files.readAllLines(log());
            return lines.isEmpty() ? "it says nothing" : lines.getLast().replaceFirst("^bookshelf: ", "");
        } catch (IOException e) {
            return "it has no log";
        }
    }

    /** Kills it as the kernel does. */
    synchronized void kill() {
        if (process != null) {
            state = State.KILLED;
            process.destroyForcibly();
        }
    }

    /** Asks it to end; {@link #close} waits for that. */
    synchronized void stop() {
        if (process != null) {
            process.destroy();
        }
    }

    /** Returns when its process is no more. */
    @Override
    public void close() {
        stop();
        Process last;
        synchronized (this) {
            last = process;
        }
        if (last == null) {
            return;
        }
        try {
            if (!last.waitFor(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                last.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            last.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
