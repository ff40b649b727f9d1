package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Hosts on a bridge, as network namespaces: each reaches the others over IPv4 and IPv6 link-local, and the test reaches each.
 * Needs root. Everything is taken away at the end.
 */
final class Namespaces implements Closeable {
    private static final String BRIDGE = "bsbr0";
    private static final String SUBNET = "10.213.77.";

    private final List<String> hosts = new ArrayList<>();

    Namespaces(List<String> names) {
        takeAway(names);
        run("ip link add " + BRIDGE + " type bridge");
        run("ip addr add " + SUBNET + "254/24 dev " + BRIDGE);
        run("ip link set " + BRIDGE + " up");
        for (String name : names) {
            hosts.add(name);
            String host = namespace(name);
            String end = "bs" + hosts.size();
            run("ip netns add " + host);
            run("ip link add " + end + " type veth peer name eth0 netns " + host);
            run("ip link set " + end + " master " + BRIDGE + " up");
            // An address is then usable at once.
            List<String> noDetection = new ArrayList<>(wrapper(name));
            noDetection.addAll(List.of("sh", "-c", "echo 0 > /proc/sys/net/ipv6/conf/eth0/accept_dad"));
            run(noDetection);
            run("ip netns exec " + host + " ip link set lo up");
            run("ip netns exec " + host + " ip addr add " + address(name) + "/24 dev eth0");
            run("ip netns exec " + host + " ip link set eth0 up");
        }
    }

    private static String namespace(String name) {
        return "bs-" + name;
    }

    /** Its IPv4 address. */
    String address(String name) {
        return SUBNET + (hosts.indexOf(name) + 1);
    }

    /** Its IPv6 link-local address, with the zone as the others see it. */
    String linkLocal(String name) {
        String shown = run("ip netns exec " + namespace(name) + " ip -6 -o addr show dev eth0 scope link");
        return shown.replaceAll("(?s).*inet6 (\\S+)/64.*", "$1") + "%eth0";
    }

    /** What goes before a command that is to run there. */
    List<String> wrapper(String name) {
        return List.of("ip", "netns", "exec", namespace(name));
    }

    /** Nothing of TCP to or from this port passes between the host and the others. */
    void cut(String name, int port) {
        filter(name, "tcp dport " + port + " drop", "tcp sport " + port + " drop");
    }

    /** So many of a hundred packets to or from this port are lost. */
    void lose(String name, int port, int percent) {
        String some = "numgen random mod 100 < " + percent;
        filter(name, "tcp dport " + port + " " + some + " drop", "tcp sport " + port + " " + some + " drop");
    }

    /** What the host sends to this port is lost; what comes from there is not. */
    void cutOneWay(String name, int port) {
        nft(
                name,
                "add table inet t; add chain inet t out { type filter hook output priority 0; };"
                        + " add rule inet t out tcp dport " + port + " drop");
    }

    private void filter(String name, String... rules) {
        StringBuilder text = new StringBuilder("add table inet t;");
        for (String hook : List.of("input", "output")) {
            text.append(" add chain inet t ")
                    .append(hook)
                    .append(" { type filter hook ")
                    .append(hook);
            text.append(" priority 0; };");
            for (String rule : rules) {
                text.append(" add rule inet t ")
                        .append(hook)
                        .append(' ')
                        .append(rule)
                        .append(';');
            }
        }
        nft(name, text.toString());
    }

    private void nft(String name, String script) {
        List<String> command = new ArrayList<>(wrapper(name));
        command.addAll(List.of("nft", script));
        run(command);
    }

    /** Everything passes again. */
    void heal(String name) {
        nft(name, "flush ruleset");
    }

    private static String run(String command) {
        return run(List.of(command.split(" ")));
    }

    private static String run(List<String> command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
                String said = lines.readAllAsString();
                assertThat(process.waitFor()).as(command + ": " + said).isZero();
                return said;
            }
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void takeAway(List<String> names) {
        for (int i = 1; i <= names.size(); i++) {
            // With the namespace alone it would go only some time later.
            quietly("ip link del bs" + i);
        }
        for (String name : names) {
            quietly("ip netns del " + namespace(name));
        }
        quietly("ip link del " + BRIDGE);
    }

    private static void quietly(String command) {
        try {
            new ProcessBuilder(command.split(" "))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        takeAway(hosts);
    }
}
