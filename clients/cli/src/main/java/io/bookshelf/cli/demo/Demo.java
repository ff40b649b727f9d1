package io.bookshelf.cli.demo;

import io.bookshelf.node.NodeException;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A network of units on this machine, from its authority to its end. */
final class Demo implements AutoCloseable {
    /** Below the ports that the system gives to those who dial, so that a unit finds its own again after a kill. */
    private static final int FIRST_PORT = 18_831;

    private static final int LAST_PORT = 32_000;
    private static final long TICK_MILLIS = 500;
    private static final long START_SECONDS = 180;

    private final List<String> names;
    private final boolean keys = Terminal.isInput();
    private final boolean picture = Terminal.isOutput();
    private final Screen screen;
    private final List<Member> members = new ArrayList<>();
    private final Thread hook = Thread.ofPlatform().name("stop").unstarted(this::stop);
    private @Nullable Caretaker caretaker;
    private @Nullable Relays relays;
    private boolean singleKeys;
    private boolean closed;

    /** A unit and what is seen of it. */
    record Member(DemoUnit unit, Watch watch) {
        String name() {
            return unit.name();
        }
    }

    Demo(List<String> names, PrintWriter out) {
        this.names = names;
        this.screen = new Screen(out, picture, picture ? Terminal.lines(Integer.MAX_VALUE) : Integer.MAX_VALUE);
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Returns when somebody has asked for the end. */
    void run() throws InterruptedException {
        Relays cables = begin();
        List<CompletableFuture<DemoUnit.Ready>> starting = new ArrayList<>();
        for (Member member : members) {
            starting.add(start(member, cables));
        }
        for (int i = 0; i < names.size(); i++) {
            screen.progress("starting: " + i + " of " + names.size() + " ready");
            await(names.get(i), starting.get(i));
            await(names.get(i), members.get(i).watch().connect());
        }
        screen.print(whatToTry());
        Keyboard keyboard = new Keyboard(singleKeys);
        Actions actions = new Actions(members, cables, screen, member -> start(member, cables));
        boolean goesOn = true;
        while (goesOn) {
            members.forEach(member -> member.watch().refresh());
            show(cables, actions.chosen());
            Keyboard.Typed typed = keyboard.next(TICK_MILLIS);
            goesOn = typed == null || actions.act(typed);
        }
    }

    private synchronized Relays begin() {
        refuseIfClosed();
        try {
            Path root = Files.createTempDirectory("bookshelf-demo-").toAbsolutePath();
            caretaker = new Caretaker(root, keys || picture ? Terminal.saved() : "");
            singleKeys = keys && Terminal.readKeys();
            Relays made = new Relays(names);
            relays = made;
            UnitFolders folders = new UnitFolders(root);
            List<String> java = UnitJava.command();
            int port = freePorts(names.size());
            for (String name : names) {
                Path folder = folders.make(name, made.from(name));
                members.add(new Member(new DemoUnit(name, port, folder, java), new Watch(port)));
                port++;
            }
            return made;
        } catch (IOException e) {
            throw new NodeException("cannot make a temporary folder (" + e.getMessage() + "): make room in "
                    + System.getProperty("java.io.tmpdir"));
        }
    }

    private static int freePorts(int count) {
        for (int first = FIRST_PORT; first + count < LAST_PORT; first += count) {
            boolean free = true;
            for (int port = first; port < first + count && free; port++) {
                free = isFree(port);
            }
            if (free) {
                return first;
            }
        }
        throw new NodeException("there are no " + count + " free ports in a row from " + FIRST_PORT
                + " on: end some of the programs that listen there");
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException taken) {
            return false;
        }
    }

    private synchronized CompletableFuture<DemoUnit.Ready> start(Member member, Relays cables) {
        refuseIfClosed();
        member.watch().forget();
        return member.unit().start().whenComplete((ready, failure) -> {
            if (ready != null) {
                cables.listening(member.name(), ready.listen());
                member.watch().webIs(ready.web());
            }
        });
    }

    private void refuseIfClosed() {
        if (closed) {
            throw new NodeException("the demo is ending");
        }
    }

    private static void await(String unit, CompletableFuture<?> done) throws InterruptedException {
        try {
            done.get(START_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new NodeException(unit + " was not ready within " + START_SECONDS + " s: try fewer --units");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof NodeException sentence
                    ? sentence
                    : new NodeException(unit + " cannot be reached: " + e.getCause());
        }
    }

    private List<String> whatToTry() {
        int first = members.getFirst().unit().port();
        int second = members.get(Math.min(1, members.size() - 1)).unit().port();
        return List.of(
                "running: " + String.join(", ", names),
                "Try, in other terminals:",
                "  mosquitto_sub -h 127.0.0.1 -p " + first + " -v -t 'lights/#'",
                "  mosquitto_pub -h 127.0.0.1 -p " + second + " -r -q 1 -t lights/porch -m on",
                "  mosquitto_sub -h 127.0.0.1 -p " + second + " -v -t '$bookshelf/#'");
    }

    private void show(Relays cables, String chosen) {
        List<Row> rows = members.stream()
                .map(member -> Row.of(
                        member.unit(),
                        cables.isCut(member.name()),
                        member.watch(),
                        names.stream()
                                .filter(name -> !name.equals(member.name()))
                                .toList()))
                .toList();
        String conflict = members.stream()
                .map(member -> member.watch().conflict())
                .filter(each -> !each.found().isEmpty())
                .max(Comparator.comparing(each -> Instant.parse(each.found())))
                .map(Watch.Conflict::text)
                .orElse("");
        screen.show(rows, chosen, conflict);
    }

    /** A signal has come: a JVM that it ends exits with its number; only halting makes an ordinary end of it. */
    private void stop() {
        close();
        Runtime.getRuntime().halt(0);
    }

    /** Ends the units and clears up; returns when nothing is left. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        members.forEach(member -> member.unit().stop());
        members.forEach(member -> member.watch().close());
        members.forEach(member -> member.unit().close());
        if (relays != null) {
            relays.close();
        }
        if (caretaker != null) {
            caretaker.close();
        }
        screen.end();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException itRuns) {
            // and ends the process when this is done
        }
    }
}
