package io.bookshelf.cli.demo;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A unit as it is shown.
 *
 * @param state such as {@code up}
 * @param keys how many it has, empty while not known
 * @param sync with whom it says it is in sync
 * @param roundTrip of its slowest link, empty while it has none
 */
record Row(String name, int port, String state, String keys, String sync, String roundTrip) {
    static final String HEAD = String.format(
            Locale.ROOT,
            "  %-10s %5s  %-8s %7s  %-46s %s",
            "unit",
            "port",
            "state",
            "keys",
            "in sync with",
            "round trip");

    private static final String IN_SYNC = "in sync";
    private static final int MOST_NAMES = 4;

    /** @param others the names of all the other units */
    static Row of(DemoUnit unit, boolean cut, Watch watch, Collection<String> others) {
        String state =
                switch (unit.state()) {
                    case STARTING -> "starting";
                    case UP -> cut ? "cut off" : "up";
                    case KILLED -> "killed";
                    case ENDED -> "ended";
                };
        boolean up = unit.state() == DemoUnit.State.UP;
        Map<String, Watch.Peer> peers = up ? watch.peers() : Map.of();
        String slowest = peers.values().stream()
                .filter(peer ->
                        !peer.state().equals("unreachable") && !peer.roundTrip().isEmpty())
                .map(Watch.Peer::roundTrip)
                .max((a, b) -> Long.compare(Long.parseLong(a), Long.parseLong(b)))
                .orElse("");
        return new Row(
                unit.name(),
                unit.port(),
                state,
                up ? watch.keys() : "",
                up ? sync(peers, others) : "",
                slowest.isEmpty() ? "" : slowest + " ms");
    }

    private static String sync(Map<String, Watch.Peer> peers, Collection<String> others) {
        if (others.isEmpty()) {
            return "it is alone";
        }
        List<String> synced = new ArrayList<>();
        List<String> rest = new ArrayList<>();
        for (String other : others) {
            Watch.Peer peer = peers.get(other);
            if (peer != null && peer.state().equals(IN_SYNC)) {
                synced.add(other);
            } else if (peer != null) {
                rest.add(other + " " + peer.state());
            }
        }
        String with = synced.size() == others.size() ? "all " + others.size() : names(synced);
        return rest.isEmpty() ? with : with + "; " + names(rest);
    }

    private static String names(List<String> names) {
        return names.isEmpty()
                ? "nobody"
                : names.size() > MOST_NAMES
                        ? String.join(", ", names.subList(0, MOST_NAMES - 1)) + " and "
                                + (names.size() - MOST_NAMES + 1) + " more"
                        : String.join(", ", names);
    }

    /** True if it says that it holds the same as all these. */
    boolean isInSyncWithAll() {
        return sync.startsWith("all ");
    }

    /** What is worth a new line when it changes. */
    Row withoutRoundTrip() {
        return new Row(name, port, state, keys, sync, "");
    }

    String line(boolean chosen) {
        return String.format(
                        Locale.ROOT,
                        "%s %-10s %5d  %-8s %7s  %-46s %s",
                        chosen ? ">" : " ",
                        name,
                        port,
                        state,
                        keys,
                        sync,
                        roundTrip)
                .stripTrailing();
    }
}
