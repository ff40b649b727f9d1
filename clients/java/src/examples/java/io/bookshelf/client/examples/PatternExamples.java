package io.bookshelf.client.examples;

import io.bookshelf.client.Bookshelf;
import io.bookshelf.client.Codecs;
import io.bookshelf.client.ConnectOptions;
import io.bookshelf.client.ShelfMap;
import io.bookshelf.client.pattern.Counter;
import io.bookshelf.client.pattern.Leader;
import io.bookshelf.client.pattern.Lease;
import io.bookshelf.client.pattern.MergedSet;
import io.bookshelf.client.pattern.Presence;
import io.bookshelf.client.pattern.Rollout;
import io.bookshelf.client.pattern.Services;
import io.bookshelf.client.pattern.UnitTable;
import java.time.Duration;
import java.util.Set;

/** One method an example: what it shows stands between its marks. */
public final class PatternExamples {
    private PatternExamples() {}

    public static void counter(Bookshelf shelf) {
        // @start region="counter"
        try (Counter joins = Counter.open(shelf, "joins", "hall", Duration.ofSeconds(5))) {
            joins.add(1);
            System.out.println(joins.sum());
        }
        // @end
    }

    public static void leader(Bookshelf shelf) {
        // @start region="leader"
        try (Leader leader = Leader.stand(
                shelf,
                "channel-plan",
                "hall",
                10,
                Duration.ofSeconds(30),
                leads -> System.out.println(leads ? "leading" : "following"))) {
            System.out.println("the leader is " + leader.leader().orElse("not known yet"));
        }
        // @end
    }

    public static void lease(Bookshelf shelf) {
        // @start region="lease"
        Runnable stop = () -> System.out.println("somebody else scans: stopping");
        Lease.take(shelf, "scan", "hall", Duration.ofSeconds(30), stop).ifPresent(lease -> {
            try (lease) {
                System.out.println("scanning while " + lease.isHeld());
            }
        });
        // @end
    }

    public static void mergedSet(Bookshelf shelf) {
        // @start region="merged-set"
        try (MergedSet blocked = new MergedSet(shelf, "blocked", "hall")) {
            blocked.onChange(() -> System.out.println(blocked.members()));
            blocked.awaitComplete(Duration.ofSeconds(5));
            blocked.add("aa:bb:cc:00:11:22");
        }
        // @end
    }

    public static void presence(ConnectOptions options, Bookshelf shelf) {
        // @start region="presence"
        // options is such as Bookshelf.at("mqtt://127.0.0.1:1883"): the will needs a connection of its own
        try (Presence here = Presence.announce(options, "hall", "up", Duration.ofSeconds(60));
                ShelfMap<String> who = Presence.who(shelf)) {
            who.awaitComplete(Duration.ofSeconds(5));
            System.out.println(who.names() + ", as " + here.all().keySet());
        }
        // @end
    }

    public static void rollout(Bookshelf shelf) {
        // @start region="rollout"
        try (Rollout rollout = new Rollout(shelf, "channel")) {
            rollout.onChange(() -> rollout.plan().ifPresent(plan -> {
                if (rollout.isGo()) {
                    System.out.println("changing to " + plan);
                } else {
                    rollout.ready("hall");
                }
            }));
            rollout.propose("channel 11");
            System.out.println(rollout.goIfReady(Set.of("hall", "attic")) ? "all go" : "not all are ready");
        }
        // @end
    }

    public static void services(Bookshelf shelf) {
        // @start region="services"
        try (Services.Offer offer = Services.offer(shelf, "dns", "hall", "192.168.1.2:53", Duration.ofMinutes(1));
                Services dns = new Services(shelf, "dns")) {
            dns.awaitComplete(Duration.ofSeconds(5));
            dns.nearest("hall").ifPresent(address -> System.out.println("ask " + address));
        }
        // @end
    }

    public static void unitTable(Bookshelf shelf) {
        // @start region="unit-table"
        // record Light(boolean on, int percent) {}
        try (UnitTable<Light> lights = new UnitTable<>(shelf, "lamps/", "hall", Codecs.json(Light.class))) {
            lights.awaitComplete(Duration.ofSeconds(5));
            lights.put("ceiling", new Light(true, 40));
            lights.merged().forEach((lamp, row) -> System.out.println(lamp + " at " + row.unit() + ": " + row.value()));
        }
        // @end
    }
}
