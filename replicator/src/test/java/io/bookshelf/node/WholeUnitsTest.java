package io.bookshelf.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookshelf.broker.peer.PeerIdentity;
import io.bookshelf.broker.peer.PeerIdentity.Role;
import io.bookshelf.golden.Golden;
import io.bookshelf.node.TestNodes.TestNode;
import io.bookshelf.pki.RevocationList;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Whole units on loopback, from the settings and certificates to what they say to their clients. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class WholeUnitsTest {
    private static final Pattern FIELD = Pattern.compile("\"(state|problem)\":\"([^\"]*)\"");

    private final List<String> lines = new ArrayList<>();

    @SuppressWarnings("NullAway.Init") // before all tests
    private TestNodes home;

    @SuppressWarnings("NullAway.Init")
    private TestNode hall;

    @SuppressWarnings("NullAway.Init")
    private TestNode attic;

    @SuppressWarnings("NullAway.Init")
    private TestNode thief;

    @BeforeAll
    void start(@TempDir Path root) throws IOException {
        home = new TestNodes(root);
        List.of("hall", "attic", "thief", "porch", "lost").forEach(unit -> home.issue(unit, 90));
        home.issue("late", 1);
        String nobody;
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = "127.0.0.1:" + taken.getLocalPort();
        }
        CertificateSettings month = new CertificateSettings(nobody, Duration.ofDays(30));
        hall = home.start("hall", month, "attic", "thief", "late");
        attic = home.start("attic", CertificateSettings.DEFAULTS, "hall", "thief", "late");
        thief = home.start("thief", CertificateSettings.DEFAULTS, "hall", "attic");
    }

    @AfterAll
    void stop() {
        home.close();
    }

    private RevocationList revoke(String unit) {
        return home.authority
                .revoke(List.of(new PeerIdentity("home", Role.UNIT, unit)))
                .getFirst();
    }

    private static boolean isInSync(String document) {
        return document.contains("in sync");
    }

    private static boolean isAway(String document) {
        return document.contains("unreachable");
    }

    private void say(String who, String what) {
        lines.add("%-5s  %s".formatted(who, what.replaceAll("127\\.0\\.0\\.1:\\d+", "ADDRESS")));
    }

    private void sayOf(TestNode unit, String peer, String document) {
        StringBuilder text = new StringBuilder();
        for (Matcher field = FIELD.matcher(document); field.find(); ) {
            text.append(text.isEmpty() ? "" : ", ").append(field.group(2));
        }
        say(unit.name, "$bookshelf/peers/" + peer + ": " + text);
    }

    /** What was just done to a list has come to all, and the list is back all the same. */
    private void assertBack(RevocationList list, TestNode where, TestNode other) {
        byte[] mark = {(byte) lines.size()};
        where.publish("k/behind", mark);
        for (TestNode unit : List.of(where, other)) {
            unit.awaitValue("k/behind", mark);
            unit.awaitValue(list.key(), list.der());
            say(unit.name, "has bookshelf/crl/AUTHORITY/2");
        }
    }

    @Test
    void aRevokedUnitIsCutOffEverywhereAndNoOldListBringsItBack() {
        lines.add("# Whole units on loopback. What each of them says to its clients, in the order in which it is so.");
        lines.add("");
        RevocationList first = revoke("lost");
        thief.publish(first.key(), first.der());
        hall.awaitValue(first.key(), first.der());
        attic.awaitValue(first.key(), first.der());
        sayOf(hall, "thief", hall.peer("thief", WholeUnitsTest::isInSync));
        sayOf(attic, "thief", attic.peer("thief", WholeUnitsTest::isInSync));

        RevocationList second = revoke("thief");
        say("hall", "a client publishes bookshelf/crl/AUTHORITY/2, which revokes the thief");
        hall.publish(second.key(), second.der());
        attic.awaitValue(second.key(), second.der());
        say("attic", "has bookshelf/crl/AUTHORITY/2");
        // Whether either has tried to dial it since, and so has a problem to tell of, is a matter of time.
        for (TestNode unit : List.of(hall, attic)) {
            unit.peer("thief", WholeUnitsTest::isAway);
            say(unit.name, "$bookshelf/peers/thief: unreachable");
        }
        sayOf(thief, "hall", thief.peer("hall", document -> isAway(document) && document.contains("problem")));
        sayOf(thief, "attic", thief.peer("attic", document -> isAway(document) && document.contains("problem")));

        say("attic", "a client publishes the first list in place of the second, and deletes the first");
        attic.publish(second.key(), first.der());
        attic.publish(first.key(), new byte[0]);
        assertBack(second, attic, hall);
        say("attic", "a client deletes the second list");
        attic.publish(second.key(), new byte[0]);
        assertBack(second, attic, hall);

        // Before the new unit starts: until that has the list, it cannot know whom not to tell.
        assertThat(thief.value("k/behind")).isNull();

        TestNode porch = home.start("porch", CertificateSettings.DEFAULTS, "hall", "thief");
        porch.awaitValue(second.key(), second.der());
        say("porch", "is new, and has bookshelf/crl/AUTHORITY/2");
        sayOf(porch, "thief", porch.peer("thief", document -> isAway(document) && document.contains("problem")));
        Golden.compare("revocation.txt", lines);
    }

    @Test
    void aListedUnitIsLetInForAsLongAfterItsEndAsTheSettingSays() {
        TestNode late = home.start("late", CertificateSettings.DEFAULTS, "hall", "attic");
        late.peer("attic", WholeUnitsTest::isInSync);
        late.peer("hall", document -> isAway(document) && document.contains("does not let this unit in"));
        assertThat(hall.text("$bookshelf/peers/late")).doesNotContain("in sync");
    }

    @Test
    void aRenewalThatFailsIsSaidOnHealth() {
        await().atMost(TestNodes.PATIENCE).untilAsserted(() -> {
            assertThat(hall.text("$bookshelf/health"))
                    .containsPattern("warnings.*this unit's certificate ends on .* and could not be renewed: ");
            assertThat(attic.text("$bookshelf/health")).contains("no signer is set: renew it with bookshelf pki renew");
        });
    }
}
