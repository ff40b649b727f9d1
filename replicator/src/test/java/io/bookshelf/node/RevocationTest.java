package io.bookshelf.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.broker.peer.PeerIdentity;
import io.bookshelf.broker.peer.PeerIdentity.Role;
import io.bookshelf.golden.Golden;
import io.bookshelf.node.TestNodes.TestNode;
import io.bookshelf.pki.RevocationList;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole units, one of which is revoked while all are linked, and what it can still do about that. */
final class RevocationTest {
    private static final Pattern FIELD = Pattern.compile("\"(state|problem)\":\"([^\"]*)\"");

    private final List<String> lines = new ArrayList<>();

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path root;

    @SuppressWarnings("NullAway.Init") // before each test
    private TestNodes home;

    @BeforeEach
    void found() {
        home = new TestNodes(root);
    }

    @AfterEach
    void leave() {
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
        home.authority.issue(Role.UNIT, "lost", 90, root.resolve("lost"), null);
        TestNode hall = home.start("hall", "attic", "thief");
        TestNode attic = home.start("attic", "hall", "thief");
        TestNode thief = home.start("thief", "hall", "attic");
        RevocationList first = revoke("lost");
        thief.publish(first.key(), first.der());
        hall.awaitValue(first.key(), first.der());
        attic.awaitValue(first.key(), first.der());
        sayOf(hall, "thief", hall.peer("thief", RevocationTest::isInSync));
        sayOf(attic, "thief", attic.peer("thief", RevocationTest::isInSync));

        RevocationList second = revoke("thief");
        say("hall", "a client publishes bookshelf/crl/AUTHORITY/2, which revokes the thief");
        hall.publish(second.key(), second.der());
        attic.awaitValue(second.key(), second.der());
        say("attic", "has bookshelf/crl/AUTHORITY/2");
        sayOf(hall, "thief", hall.peer("thief", RevocationTest::isAway));
        sayOf(attic, "thief", attic.peer("thief", RevocationTest::isAway));
        sayOf(thief, "hall", thief.peer("hall", document -> isAway(document) && document.contains("problem")));
        sayOf(thief, "attic", thief.peer("attic", document -> isAway(document) && document.contains("problem")));

        say("attic", "a client publishes the first list in place of the second, and deletes the first");
        attic.publish(second.key(), first.der());
        attic.publish(first.key(), new byte[0]);
        assertBack(second, attic, hall);
        say("attic", "a client deletes the second list");
        attic.publish(second.key(), new byte[0]);
        assertBack(second, attic, hall);

        TestNode porch = home.start("porch", "hall", "thief");
        porch.awaitValue(second.key(), second.der());
        say("porch", "is new, and has bookshelf/crl/AUTHORITY/2");
        sayOf(porch, "thief", porch.peer("thief", document -> isAway(document) && document.contains("problem")));
        assertThat(thief.value("k/behind")).isNull();
        Golden.compare("revocation.txt", lines);
    }
}
