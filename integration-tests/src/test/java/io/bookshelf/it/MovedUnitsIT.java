package io.bookshelf.it;

import io.bookshelf.it.Putter.Put;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.ResourceLock;

/** Units whose address changes while all run. */
@ResourceLock("namespaces")
final class MovedUnitsIT {
    private static final List<String> NAMES = List.of("hall", "attic", "cellar");
    private static final List<String> MOVED = List.of("attic", "cellar");

    @RegisterExtension
    final Units units = Units.perTest();

    @Test
    void areFoundWhereTheListOrTheStateSaysThatTheyAreNow() throws Exception {
        Namespaces hosts = new Namespaces(NAMES);
        RealNetwork network = units.closing(new RealNetwork(units, hosts, NAMES));
        network.awaitInSync();
        Map<String, String> before =
                Map.of("attic", hosts.address("hall", "attic"), "cellar", hosts.address("hall", "cellar"));
        // Those that move cannot dial, so that whether they come back depends on what the hall knows.
        MOVED.forEach(hosts::cutOneWay);
        hosts.readdress("attic", "fe80::a:1");
        hosts.readdress("cellar", "fe80::c:1");
        network.awaitLinks((from, to) -> false);
        network.write("hall", List.of(new Put("k/hall", "1"), new Put("k/both", "hall")));
        network.write("attic", List.of(new Put("k/attic", "1"), new Put("k/both", "attic")));
        network.write("cellar", List.of(new Put("k/cellar", "1"), new Put("k/attic", "")));

        network.writeList("hall", to -> to.equals("attic") ? hosts.address("hall", to) : before.getOrDefault(to, ""));
        String cellar = "{\"addresses\":[\"" + hosts.address("hall", "cellar") + "\"]}";
        try (RawMqtt owner = RawMqtt.connected(network.unit("hall").mqtt(), Connect.v5("owner"))) {
            owner.put("bookshelf/units/cellar", cellar);
        }
        network.agree();
        network.awaitLinks((from, to) -> from.equals("hall") || to.equals("hall"));
    }
}
