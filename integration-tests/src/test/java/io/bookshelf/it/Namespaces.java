package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiPredicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Hosts on a bridge, as network namespaces: each reaches the others over IPv4 and IPv6 link-local, and the test reaches each.
 * Needs root. Everything is taken away at the end, also what a process left behind that was killed.
 */
final class Namespaces implements Ground {
    /** Where units listen for one another. */
    static final int PEERS = 8883;

    private static final Pattern OURS = Pattern.compile("\\bbk(\\d+)(-[\\w.-]+)?(?=[@: \n])");

    private final String bridge = "bk" + ProcessHandle.current().pid();
    private final List<String> hosts;
    private final String subnet;
    private final Map<String, String> linkLocal = new ConcurrentHashMap<>();

    Namespaces(List<String> names) {
        hosts = List.copyOf(names);
        takeAwayWhatIsLeft();
        subnet = freeSubnet();
        run("ip link add " + bridge + " type bridge");
        run("ip addr add " + subnet + "254/24 dev " + bridge);
        run("ip link set " + bridge + " up");
        for (String name : names) {
            String host = namespace(name);
            String end = bridge + "-" + hosts.indexOf(name);
            run("ip netns add " + host);
            run("ip link add " + end + " type veth peer name eth0 netns " + host);
            run("ip link set " + end + " master " + bridge + " up");
            // An address is then usable at once.
            in(name, "sh", "-c", "echo 0 > /proc/sys/net/ipv6/conf/eth0/accept_dad");
            in(name, "ip", "link", "set", "lo", "up");
            in(name, "ip", "addr", "add", host(name) + "/24", "dev", "eth0");
            in(name, "ip", "link", "set", "eth0", "up");
            String shown = in(name, "ip", "-6", "-o", "addr", "show", "dev", "eth0", "scope", "link");
            linkLocal.put(name, shown.replaceAll("(?s).*inet6 (\\S+)/64.*", "$1"));
        }
    }

    private String namespace(String name) {
        return bridge + "-" + name;
    }

    private static String freeSubnet() {
        String taken = run("ip -o -4 addr show");
        long first = ProcessHandle.current().pid();
        for (long i = first; i < first + 256; i++) {
            String subnet = "10.213." + i % 256 + ".";
            if (!taken.contains(subnet)) {
                return subnet;
            }
        }
        throw new AssertionError("no subnet is free: " + taken);
    }

    @Override
    public String host(String name) {
        return subnet + (hosts.indexOf(name) + 1);
    }

    @Override
    public String listen(String name) {
        return "[::]:" + PEERS;
    }

    /** Its IPv6 link-local address, with the zone as the others see it. */
    @Override
    public String address(String from, String to) {
        return "[%s%%eth0]:%d".formatted(linkLocal(to), PEERS);
    }

    private String linkLocal(String name) {
        return Objects.requireNonNull(linkLocal.get(name), name);
    }

    @Override
    public List<String> wrapper(String name) {
        return List.of("ip", "netns", "exec", namespace(name));
    }

    /** Takes a host's link-local address away and gives it another one. */
    void readdress(String name, String address) {
        in(name, "ip", "-6", "addr", "del", linkLocal(name) + "/64", "dev", "eth0");
        in(name, "ip", "-6", "addr", "add", address + "/64", "dev", "eth0");
        linkLocal.put(name, address);
    }

    /** What one host sends to another over their links passes where the predicate (from, to) says so, and only there. */
    void shape(BiPredicate<String, String> passes) {
        hosts.parallelStream().forEach(from -> {
            List<String> lost = hosts.stream()
                    .filter(to -> !to.equals(from) && !passes.test(from, to))
                    .map(this::linkLocal)
                    .toList();
            String to = "ip6 daddr { " + String.join(", ", lost) + " } ";
            String rules = rule("output", to + "tcp dport " + PEERS + " drop")
                    + rule("output", to + "tcp sport " + PEERS + " drop");
            nft(from, lost.isEmpty() ? "" : rules);
        });
    }

    /** Nothing passes over the links between the host and the others. */
    void cut(String name) {
        filter(name, "drop");
    }

    /** So many of a hundred packets of its links are lost. */
    void lose(String name, int percent) {
        filter(name, "numgen random mod 100 < " + percent + " drop");
    }

    /** Of the links that the host dials, what it sends is lost; what comes is not. */
    void cutOneWay(String name) {
        nft(name, rule("output", "tcp dport " + PEERS + " drop"));
    }

    /** Everything passes again. */
    void heal(String name) {
        nft(name, "");
    }

    private void filter(String name, String verdict) {
        StringBuilder rules = new StringBuilder();
        for (String hook : List.of("input", "output")) {
            for (String port : List.of("dport", "sport")) {
                rules.append(rule(hook, "tcp " + port + " " + PEERS + " " + verdict));
            }
        }
        nft(name, rules.toString());
    }

    private static String rule(String hook, String rule) {
        return "add chain inet t " + hook + " { type filter hook " + hook + " priority 0; };" + " add rule inet t "
                + hook + " " + rule + ";";
    }

    private void nft(String name, String rules) {
        in(name, "nft", "flush ruleset; add table inet t; " + rules);
    }

    private String in(String name, String... command) {
        List<String> whole = new ArrayList<>(wrapper(name));
        whole.addAll(List.of(command));
        return run(whole);
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

    private static void takeAwayWhatIsLeft() {
        for (String kind : List.of("link", "netns")) {
            OURS.matcher(run("ip " + kind + " list") + "\n")
                    .results()
                    .filter(name -> !isOfAnotherRun(Long.parseLong(name.group(1))))
                    .map(MatchResult::group)
                    .distinct()
                    .forEach(name -> quietly("ip " + kind + " del " + name));
        }
    }

    private static boolean isOfAnotherRun(long pid) {
        return pid != ProcessHandle.current().pid() && ProcessHandle.of(pid).isPresent();
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

    /** With the namespaces alone the devices would go only some time later. */
    @Override
    public void close() {
        takeAwayWhatIsLeft();
    }
}
