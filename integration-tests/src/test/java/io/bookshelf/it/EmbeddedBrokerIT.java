package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.broker.EmbeddedBroker;
import io.bookshelf.broker.access.AccessPolicy;
import io.bookshelf.broker.access.AccessRule;
import io.bookshelf.broker.access.AccessRules;
import io.bookshelf.broker.config.BrokerConfig;
import io.bookshelf.broker.session.ListItem;
import io.bookshelf.bus.WallClock;
import io.bookshelf.store.SqliteStateStore;
import io.bookshelf.store.StateStore;
import io.bookshelf.store.StoreOptions;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The broker inside somebody's process. */
final class EmbeddedBrokerIT {
    private static final InetSocketAddress ANYWHERE = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    @RegisterExtension
    final Units units = Units.perTest();

    private SqliteStateStore store() {
        return SqliteStateStore.open(units.folder(), StoreOptions.defaults());
    }

    private static EmbeddedBroker start(StateStore store) {
        return start(store, AccessPolicy.OPEN);
    }

    private static EmbeddedBroker start(StateStore store, AccessPolicy access) {
        BrokerConfig config =
                new BrokerConfig("test", ANYWHERE, ANYWHERE, null, BrokerConfig.Limits.DEFAULTS, List.of(), List.of());
        return EmbeddedBroker.start(config, store, WallClock.trusted(), access, "test");
    }

    @Test
    void mayBeClosedTwice() {
        try (SqliteStateStore store = store();
                EmbeddedBroker broker = start(store)) {
            broker.close();
        }
    }

    @Test
    void tellsANewAuthorOfTheUnitWhenDamageHasMadeOne() {
        AtomicLong replica = new AtomicLong(1);
        SqliteStateStore store = store();
        StateStore damaged = (StateStore) Proxy.newProxyInstance(
                StateStore.class.getClassLoader(),
                new Class<?>[] {StateStore.class},
                (proxy, method, arguments) ->
                        method.getName().equals("replica") ? replica.get() : method.invoke(store, arguments));
        try (store;
                EmbeddedBroker broker = start(damaged);
                RawMqtt client = RawMqtt.connected(broker.mqtt(), Connect.v5("c"))) {
            assertThat(client.snapshot(0, "$bookshelf/unit"))
                    .extracting(Packet::text)
                    .singleElement()
                    .asString()
                    .contains("\"replica\":\"0000000000000001\"");
            replica.set(2);
            assertThat(client.expect(Packet.PUBLISH).text()).contains("\"replica\":\"0000000000000002\"");
        }
    }

    /** Conflicts tell values: nobody learns there what the rules keep from them, neither at once nor when it changes. */
    @Test
    void aListOfTheUnitShowsEachReaderOnlyWhatItMayRead() {
        AccessRules rules = new AccessRules(
                List.of(
                        new AccessRule(null, "all", true, false, List.of("#", "$bookshelf/#")),
                        new AccessRule(null, "all", false, true, List.of("lights/#", "private/#")),
                        new AccessRule(null, "lights", true, false, List.of("lights/#", "old/#", "$bookshelf/#"))),
                null,
                true);
        ListItem secret = new ListItem("private/wifi", "", "{\"key\":\"private/wifi\",\"value\":\"swordfish\"}");
        ListItem light = new ListItem("lights/hall", "", "{\"key\":\"lights/hall\",\"value\":\"on\"}");
        ListItem planted = new ListItem("old/k", "gone", "{\"value\":\"planted\"}");
        ListItem deleted = new ListItem("lights/attic", null, "{\"key\":\"lights/attic\",\"deleted\":true}");
        try (SqliteStateStore store = store();
                EmbeddedBroker broker = start(store, rules);
                RawMqtt all = RawMqtt.connected(broker.mqtt(), Connect.v5("all"));
                RawMqtt lights = RawMqtt.connected(broker.mqtt(), Connect.v5("lights"))) {
            all.subscribe(0, "$bookshelf/conflicts");
            lights.subscribe(0, "$bookshelf/conflicts");
            broker.publishList("$bookshelf/conflicts", List.of(light, secret));
            String everything = "[" + light.json() + "," + secret.json() + "]";
            assertThat(all.expect(Packet.PUBLISH).text()).isEqualTo(everything);
            assertThat(lights.expect(Packet.PUBLISH).text()).isEqualTo("[" + light.json() + "]");
            assertThat(all.snapshot(0, "$bookshelf/conflicts"))
                    .extracting(Packet::text)
                    .containsExactly(everything);
            assertThat(lights.snapshot(0, "$bookshelf/conflicts"))
                    .extracting(Packet::text)
                    .containsExactly("[" + light.json() + "]");
            broker.publishList("$bookshelf/conflicts", List.of(deleted, planted, secret, light));
            assertThat(lights.expect(Packet.PUBLISH).text())
                    .as("what a user wrote who may not any more is hidden as its value is")
                    .isEqualTo("[" + deleted.json() + "," + light.json() + "]");
            assertThat(all.expect(Packet.PUBLISH).text()).contains("swordfish");
        }
    }
}
