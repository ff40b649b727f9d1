package io.bookshelf.pki;

import io.bookshelf.broker.peer.PeerIdentity.Role;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An authority in a folder, and units that it has issued certificates for. */
final class TestNetwork implements AutoCloseable {
    static final int DAYS = 90;

    final TestClock clock = new TestClock(Instant.parse("2026-11-22T12:00:00Z"));
    final AuthorityFolder authority;
    private final Path root;
    private final List<UnitPki> open = new ArrayList<>();

    TestNetwork(Path root, String name) {
        this.root = root;
        this.authority = AuthorityFolder.init(root.resolve("authority-of-" + name), name, clock);
    }

    Path folder(String unit) {
        return root.resolve(authority.network() + "-" + unit);
    }

    Path lists(String unit) {
        return folder(unit).resolve("lists");
    }

    void issue(String unit) {
        authority.issue(Role.UNIT, unit, DAYS, folder(unit), null);
    }

    /** A new unit. */
    UnitPki unit(String name, String... listed) {
        issue(name);
        return open(name, listed);
    }

    /** A unit from its folder. */
    UnitPki open(String name, String... listed) {
        return open(name, clock, listed);
    }

    UnitPki open(String name, TestClock time, String... listed) {
        List<String> known = List.of(listed);
        UnitPki unit = UnitPki.open(new UnitPki.Settings(
                folder(name),
                lists(name),
                time,
                clock.instant().minus(Duration.ofDays(10)),
                known::contains,
                forEver()));
        open.add(unit);
        return unit;
    }

    private static @Nullable Duration forEver() {
        return null;
    }

    @Override
    public void close() {
        open.forEach(UnitPki::close);
    }
}
