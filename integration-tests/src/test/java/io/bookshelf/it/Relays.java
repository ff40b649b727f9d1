package io.bookshelf.it;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Units on loopback, with a {@link Relay} between each ordered pair: nothing of the system's needs to be changed for it. */
final class Relays implements Ground {
    private final Map<String, InetSocketAddress> doors = new HashMap<>();
    private final Map<String, Map<String, Relay>> relays = new HashMap<>();

    /** @param delay how long a byte is under way, in each direction */
    Relays(List<String> names, Duration delay) {
        names.forEach(name -> doors.put(name, Ports.free()));
        for (String from : names) {
            Map<String, Relay> out = new HashMap<>();
            names.stream().filter(to -> !to.equals(from)).forEach(to -> out.put(to, new Relay(door(to), delay)));
            relays.put(from, out);
        }
    }

    private InetSocketAddress door(String name) {
        return Objects.requireNonNull(doors.get(name), name);
    }

    private static String text(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    /** All of them. */
    List<Relay> all() {
        List<Relay> all = new ArrayList<>();
        relays.values().forEach(out -> all.addAll(out.values()));
        return all;
    }

    /** What has passed from one unit to another and back, whichever of the two dialled. */
    Relay.Traffic traffic(String from, String to) {
        return relay(from, to).traffic().plus(relay(to, from).traffic().backwards());
    }

    private Relay relay(String from, String to) {
        Map<String, Relay> out = Objects.requireNonNull(relays.get(from), from);
        return Objects.requireNonNull(out.get(to), to);
    }

    @Override
    public List<String> wrapper(String unit) {
        return List.of();
    }

    @Override
    public String host(String unit) {
        return "127.0.0.1";
    }

    @Override
    public String listen(String unit) {
        return text(door(unit));
    }

    @Override
    public String address(String from, String to) {
        return text(relay(from, to).address());
    }

    @Override
    public void close() {
        all().forEach(Relay::close);
    }
}
