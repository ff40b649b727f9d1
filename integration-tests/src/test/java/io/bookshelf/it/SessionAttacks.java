package io.bookshelf.it;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/** What clients make a unit remember: sessions, filters, wills, events, packets in flight. */
final class SessionAttacks {
    private static final int QUEUES = 150;
    private static final int LONG_TIME = 86_400;
    private static final String EVENT = "e".repeat(60_000);
    private static final String WILL = "w".repeat(60_000);

    private SessionAttacks() {}

    static Map<String, Attack> all() {
        Map<String, Attack> all = new TreeMap<>();
        all.put("queued-events", new Attack(QUEUES + 40, SessionAttacks::queuedEvents));
        all.put("deep-filters", new Attack(8, SessionAttacks::deepFilters));
        all.put("wills", new Attack(2_000, SessionAttacks::wills));
        all.put("old-sessions", new Attack(2_000, SessionAttacks::oldSessions));
        all.put("takeovers", new Attack(3_000, SessionAttacks::takeovers));
        all.put("qos-2", new Attack(60, SessionAttacks::neverReleased));
        all.put("never-acked", new Attack(60, SessionAttacks::neverAcknowledged));
        all.put("shared-groups", new Attack(20, SessionAttacks::sharedGroups));
        all.put("subscriptions", new Attack(60, SessionAttacks::subscriptions));
        all.put("snapshots", new Attack(60, SessionAttacks::snapshots));
        return all;
    }

    private static Connect durable(String clientId) {
        return Connect.v5(clientId).clean(false).with(Props.SESSION_EXPIRY, LONG_TIME);
    }

    /** Sessions first that wait for events, then 2 MB of events for each. */
    private static void queuedEvents(Assault on, int round) throws IOException {
        if (round < QUEUES) {
            try (RawMqtt client = on.client(durable("queue-" + round))) {
                client.sendSubscribe(1, Props.none(), 1, "events/#");
                Assault.answer(client);
            }
        } else {
            try (RawMqtt client = on.client(Connect.v5("publisher"))) {
                client.publish("events/" + round, EVENT, 1, false, 1);
                Assault.answer(client);
            }
        }
    }

    /** 1,000 filters of 500 empty levels. */
    private static void deepFilters(Assault on, int round) throws IOException {
        RawMqtt client = on.client(durable("deep-" + round));
        for (int packet = 0; packet < 4; packet++) {
            String[] filters = new String[250];
            for (int i = 0; i < filters.length; i++) {
                filters[i] = (packet * 250 + i) + "/".repeat(500) + "#";
            }
            client.sendSubscribe(1 + packet, Props.none(), 1, filters);
            Assault.answer(client);
        }
    }

    /** Sessions of ids that nobody will use again, each with a will of 60 KB that waits for days. */
    private static void wills(Assault on, int round) throws IOException {
        String id = "will-" + Long.toHexString(on.random().nextLong());
        Props late = new Props().with(Props.WILL_DELAY, LONG_TIME);
        try (RawMqtt client = on.client(durable(id).will("wills/" + id, WILL, 1, true, late))) {
            client.reset();
        }
    }

    /** Sessions of ids that nobody will use again, which are owed all that happens. */
    private static void oldSessions(Assault on, int round) throws IOException {
        String id = "old-" + Long.toHexString(on.random().nextLong());
        try (RawMqtt client = on.client(Connect.v4(id).clean(false))) {
            client.sendSubscribe(1, Props.none(), 1, "#", "+/+", "watched/+");
        }
    }

    /** The same few client ids again and again, each time with a will that is fired, or taken back. */
    private static void takeovers(Assault on, int round) throws IOException {
        Connect connect = durable("taken-" + round % 3).will("wills/taken", "gone", 1, true);
        RawMqtt client = on.client(connect);
        client.sendSubscribe(1, Props.none(), 1, "watched/#");
        if (round % 2 == 0) {
            client.disconnect();
        }
    }

    /** Packets of QoS 2 up to the receive maximum, none of them released. */
    private static void neverReleased(Assault on, int round) throws IOException {
        RawMqtt client = on.client(durable("unreleased-" + round));
        for (int id = 1; id <= 1_024; id++) {
            client.publish("unreleased/" + id % 8, "x", 2, id % 2 == 0, id);
        }
        Assault.answer(client);
    }

    /** Takes all there is with QoS 1 and 2, and acknowledges nothing. */
    private static void neverAcknowledged(Assault on, int round) throws IOException {
        RawMqtt client = on.client(durable("unacked-" + round));
        client.sendSubscribe(1, Props.none(), 1 + round % 2, "#");
        Assault.answer(client);
    }

    /** Many groups that share one filter. */
    private static void sharedGroups(Assault on, int round) throws IOException {
        RawMqtt client = on.client(durable("sharing-" + round));
        for (int packet = 0; packet < 10; packet++) {
            String[] filters = new String[50];
            for (int i = 0; i < filters.length; i++) {
                filters[i] = "$share/group-%d-%d-%d/shared/#".formatted(round, packet, i);
            }
            client.sendSubscribe(1 + packet, Props.none(), 1, filters);
            Assault.answer(client);
        }
        client.publish("shared/x", EVENT, 1, false, 1);
        Assault.answer(client);
    }

    /** Subscribes and unsubscribes without end, and reads no answer. */
    private static void subscriptions(Assault on, int round) throws IOException {
        RawMqtt client = on.client(Connect.v5("subscribing-" + round));
        for (int i = 0; i < 500 && on.goesOn(); i++) {
            client.sendSubscribe(1 + i, Props.none(), 2, "+/" + i + "/#", "+/+/+/" + i, "#");
            client.sendUnsubscribe(1 + i, "+/" + i + "/#", "+/+/+/" + i, "#");
        }
    }

    /** Asks for everything, again and again, and reads none of it. */
    private static void snapshots(Assault on, int round) throws IOException {
        RawMqtt client = on.client(Connect.v5("slow-" + round));
        for (int i = 0; i < 50; i++) {
            client.sendSubscribe(1 + i, Props.none(), 1, "#", "$SYS/#", "+/#", "watched/#");
        }
    }
}
