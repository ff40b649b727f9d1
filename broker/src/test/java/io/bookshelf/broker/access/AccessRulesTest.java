package io.bookshelf.broker.access;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bookshelf.broker.access.AccessPolicy.Principal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccessRulesTest {
    private static final String SECRET = "$2b$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a";
    private static final Principal ANNA = new Principal("phone", "anna");
    private static final Principal BERT = new Principal("tablet", "bert");
    private static final Principal NOBODY = new Principal("probe", "");

    @TempDir
    Path folder;

    private PasswordFile passwords;

    @BeforeEach
    void knowTwoUsers() throws IOException {
        passwords = passwordsOf("anna", "bert", "+", "a/b", "$SYS", "%c");
    }

    @Test
    void allowsEverythingWithoutRulesAndPasswords() {
        AccessRules open = new AccessRules(List.of(), null, true);

        assertThat(open.allowsEverything()).isTrue();
        assertThat(open.authenticate("c", "anyone", null)).isEqualTo(new Principal("c", ""));
        assertThat(open.mayWrite(NOBODY, "a")).isTrue();
        assertThat(open.maySubscribe(NOBODY, "#")).isTrue();
        assertThat(open.mayHaveWritten("gone", "a")).isTrue();
    }

    @Test
    void letsInWhoProvesAName() {
        AccessRules closed = new AccessRules(List.of(), passwords, false);
        AccessRules mixed = new AccessRules(List.of(), passwords, true);

        assertThat(closed.allowsEverything()).isFalse();
        assertThat(closed.authenticate("phone", "anna", "secret".getBytes(UTF_8)))
                .isEqualTo(ANNA);
        assertThat(closed.authenticate("phone", "anna", "wrong".getBytes(UTF_8)))
                .isNull();
        assertThat(closed.authenticate("phone", "anna", null)).isNull();
        assertThat(closed.authenticate("phone", "zoe", "secret".getBytes(UTF_8)))
                .isNull();
        assertThat(closed.authenticate("probe", null, null)).isNull();
        assertThat(closed.authenticate("probe", "", "secret".getBytes(UTF_8))).isNull();
        assertThat(mixed.authenticate("probe", null, null)).isEqualTo(NOBODY);
        assertThat(mixed.authenticate("phone", "anna", "wrong".getBytes(UTF_8))).isNull();
    }

    @Test
    void allowsWhatSomeRuleAllows() {
        AccessRules rules = rules(
                rule("anna", null, true, true, "home/#"),
                rule(null, "tablet", true, false, "home/lamp"),
                rule(null, null, true, false, "public/+"));

        assertThat(rules.mayWrite(ANNA, "home/door")).isTrue();
        assertThat(rules.mayWrite(ANNA, "public/x")).isFalse();
        assertThat(rules.mayRead(ANNA, "public/x")).isTrue();
        assertThat(rules.mayRead(BERT, "home/lamp")).isTrue();
        assertThat(rules.mayRead(BERT, "home/door")).isFalse();
        assertThat(rules.mayWrite(BERT, "home/lamp")).isFalse();
        assertThat(rules.mayRead(NOBODY, "public/x")).isTrue();
        assertThat(rules.mayRead(NOBODY, "home/lamp")).isFalse();
    }

    @Test
    void fillsInNamesButNeverLetsThemWidenAFilter() {
        AccessRules rules = rules(rule(null, null, true, true, "users/%u/#", "%u/own", "clients/x-%c"));

        assertThat(rules.mayRead(ANNA, "users/anna/a/b")).isTrue();
        assertThat(rules.mayRead(ANNA, "users/bert/a")).isFalse();
        assertThat(rules.mayWrite(ANNA, "clients/x-phone")).isTrue();
        assertThat(rules.mayWrite(ANNA, "clients/x-tablet")).isFalse();
        for (String name : List.of("+", "#", "a/b", "", "%c")) {
            Principal sly = new Principal("bert", name);
            assertThat(rules.mayRead(sly, "users/bert/a")).as(name).isFalse();
            assertThat(rules.mayRead(sly, "users/a/b/c")).as(name).isFalse();
            assertThat(rules.maySubscribe(sly, "users/+/a")).as(name).isEqualTo(name.equals("%c"));
        }
        assertThat(rules.mayRead(new Principal("c", "$SYS"), "$SYS/own")).isFalse();
        assertThat(rules.maySubscribe(new Principal("c", "$SYS"), "$SYS/#")).isFalse();
        assertThat(rules.mayWrite(new Principal("+", "anna"), "clients/x-phone"))
                .isFalse();
    }

    @Test
    void letsThoseSubscribeWhereSomethingCouldBeRead() {
        AccessRules rules =
                rules(rule("anna", null, true, false, "home/+/state"), rule("anna", null, false, true, "in"));

        assertThat(rules.maySubscribe(ANNA, "#")).isTrue();
        assertThat(rules.maySubscribe(ANNA, "home/lamp/#")).isTrue();
        assertThat(rules.maySubscribe(ANNA, "$share/group/home/lamp/state")).isTrue();
        assertThat(rules.maySubscribe(ANNA, "$share/group/in")).isFalse();
        assertThat(rules.maySubscribe(ANNA, "$share/group")).isFalse();
        assertThat(rules.maySubscribe(ANNA, "in")).isFalse();
        assertThat(rules.maySubscribe(ANNA, "home/lamp")).isFalse();
        assertThat(rules.maySubscribe(BERT, "#")).isFalse();
    }

    @Test
    void asksRulesAboutTheUnitsOwnTopicsButNotAboutTheSnapshotsEnd() {
        AccessRules rules = rules(
                rule("anna", null, true, true, "#"), rule("bert", null, true, false, "$SYS/#", "$bookshelf/health"));

        assertThat(rules.maySubscribe(ANNA, "$SYS/#")).isFalse();
        assertThat(rules.mayRead(ANNA, "$SYS/broker/uptime")).isFalse();
        assertThat(rules.maySubscribe(BERT, "$SYS/broker/uptime")).isTrue();
        assertThat(rules.mayRead(BERT, "$bookshelf/health")).isTrue();
        assertThat(rules.mayRead(BERT, "$bookshelf/unit")).isFalse();
        assertThat(rules.maySubscribe(ANNA, "$bookshelf/snapshot/1")).isTrue();
        assertThat(rules.mayRead(ANNA, "$bookshelf/snapshot/1")).isTrue();
    }

    @Test
    void hidesWhatAWriterMayNoLongerWrite() {
        AccessRules rules = rules(
                rule("anna", null, false, true, "home/#"),
                rule("bert", "tablet", false, true, "away"),
                rule("zoe", null, false, true, "home/#"),
                rule(null, null, false, true, "public/%c/x"));

        assertThat(rules.mayHaveWritten("anna", "home/lamp")).isTrue();
        assertThat(rules.mayHaveWritten("anna", "away")).isFalse();
        assertThat(rules.mayHaveWritten("bert", "home/lamp")).isFalse();
        assertThat(rules.mayHaveWritten("bert", "away")).isTrue();
        assertThat(rules.mayHaveWritten("zoe", "home/lamp"))
                .as("not in the password file")
                .isFalse();
        assertThat(rules.mayHaveWritten("", "public/any/x")).isTrue();
        assertThat(rules.mayHaveWritten("", "home/lamp")).isFalse();
    }

    @Test
    void aRuleThatListsClientIdsGivesNoOthers() {
        AccessRules rules = rules(
                new AccessRule("anna", null, true, true, List.of("home/#"), List.of("phone", "anna-*")),
                new AccessRule(null, null, false, false, List.of(), List.of("%u/*", "probe")));

        for (String id : List.of("phone", "anna-", "anna-1", "anna/1", "probe")) {
            assertThat(rules.mayUseClientId(new Principal(id, "anna"))).as(id).isTrue();
        }
        for (String id : List.of("phone2", "bert/1", "ann", "")) {
            assertThat(rules.mayUseClientId(new Principal(id, "anna"))).as(id).isFalse();
        }
        assertThat(rules.mayUseClientId(new Principal("phone", "bert"))).isFalse();
        assertThat(rules.mayUseClientId(new Principal("bert/1", "bert"))).isTrue();
        assertThat(rules.mayUseClientId(new Principal("/1", ""))).isFalse();
        assertThat(rules.mayUseClientId(NOBODY)).isTrue();
        assertThat(rules.mayWrite(ANNA, "home/lamp")).isTrue();
        assertThat(rules.mayWrite(new Principal("anna/1", "anna"), "home/lamp"))
                .as("a rule is for the client ids that it lists")
                .isFalse();
    }

    @Test
    void aRuleThatListsOnlyClientIdsTakesNoRights() {
        AccessRules rules = rules(new AccessRule("anna", null, false, false, List.of(), List.of("phone")));

        assertThat(rules.mayWrite(BERT, "any/thing")).isTrue();
        assertThat(rules.mayUseClientId(BERT)).isTrue();
        assertThat(rules.mayUseClientId(new Principal("tablet", "anna"))).isFalse();
        assertThat(new ReloadableAccess(rules).mayUseClientId(new Principal("tablet", "anna")))
                .isFalse();
        assertThat(new PeerAccess(rules, true, holder -> true).mayUseClientId(new Principal("tablet", "anna")))
                .isFalse();
        assertThat(new AccessRules(
                                List.of(new AccessRule(null, null, false, false, List.of(), List.of("sensor-*"))),
                                null,
                                true)
                        .allowsEverything())
                .isFalse();
        assertThatThrownBy(() -> new AccessRule(null, null, true, true, List.of("#"), List.of("a*b")))
                .hasMessage("\"a*b\" has a * that is not at its end");
    }

    @Test
    void aPasswordThatWasProvedNeedsNoHashAgain() {
        AccessRules rules = new AccessRules(List.of(), passwords, true);
        byte[] right = "secret".getBytes(UTF_8);

        assertThat(rules.authenticatesQuickly("anna", right)).isFalse();
        assertThat(rules.authenticate("phone", "anna", right)).isEqualTo(ANNA);
        assertThat(rules.authenticatesQuickly("anna", right)).isTrue();
        assertThat(rules.authenticatesQuickly("anna", "wrong".getBytes(UTF_8))).isFalse();
        assertThat(rules.authenticatesQuickly("bert", right)).isFalse();
        assertThat(rules.authenticate("phone", "anna", "wrong".getBytes(UTF_8))).isNull();
        assertThat(rules.authenticatesQuickly("anna", "wrong".getBytes(UTF_8))).isFalse();
        assertThat(rules.authenticatesQuickly(null, null)).isTrue();
        assertThat(new PeerAccess(rules, true, holder -> true).authenticatesQuickly("anna", right))
                .isTrue();
        assertThat(new ReloadableAccess(rules).authenticatesQuickly("anna", right))
                .isTrue();
    }

    @Test
    void stopsServingAConnectionWhoseUserWasRemoved() throws IOException {
        ReloadableAccess access = new ReloadableAccess(new AccessRules(List.of(), passwords, true));
        assertThat(access.mayRead(ANNA, "a")).isTrue();

        access.replace(new AccessRules(List.of(), passwordsOf("bert"), false));
        assertThat(access.mayRead(ANNA, "a")).isFalse();
        assertThat(access.mayWrite(ANNA, "a")).isFalse();
        assertThat(access.maySubscribe(ANNA, "a")).isFalse();
        assertThat(access.mayRead(NOBODY, "a")).isFalse();
        assertThat(access.mayRead(BERT, "a")).isTrue();
    }

    @Test
    void refusesRulesThatCannotBeMeant() {
        assertThatThrownBy(() -> new AccessRules(List.of(), null, false))
                .hasMessageStartingWith("nobody could connect");
        assertThatThrownBy(() -> new AccessRules(List.of(rule("anna", null, true, true, "#")), null, true))
                .hasMessage("rules that speak of users (user, %u) need a password file");
        assertThatThrownBy(() -> new AccessRules(List.of(rule(null, null, true, true, "%u/#")), null, true))
                .hasMessageContaining("need a password file");
        assertThatThrownBy(() -> rule(null, null, true, true, "a/#/b"))
                .hasMessage(
                        "\"a/#/b\" is no topic filter: # may only stand at the end of a topic filter, as a whole level");
        assertThatThrownBy(() -> rule(null, null, true, true, "a/b+"))
                .hasMessage("\"a/b+\" is no topic filter: + may only stand for a whole level of a topic filter");
        assertThatThrownBy(() -> rule(null, null, true, true, "")).hasMessageContaining("may not be empty");
    }

    private AccessRules rules(AccessRule... rules) {
        return new AccessRules(List.of(rules), passwords, true);
    }

    private static AccessRule rule(
            @Nullable String user, @Nullable String client, boolean read, boolean write, String... topics) {
        return new AccessRule(user, client, read, write, List.of(topics));
    }

    private PasswordFile passwordsOf(String... users) throws IOException {
        Path file = folder.resolve("passwords");
        StringBuilder lines = new StringBuilder();
        for (String user : users) {
            lines.append(user).append(':').append(SECRET).append('\n');
        }
        Files.writeString(file, lines.toString());
        return PasswordFile.load(file);
    }
}
