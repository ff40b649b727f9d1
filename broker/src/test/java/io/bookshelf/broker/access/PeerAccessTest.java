package io.bookshelf.broker.access;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.broker.access.AccessPolicy.Principal;
import io.bookshelf.broker.peer.Peer;
import io.bookshelf.broker.peer.PeerIdentity;
import io.bookshelf.broker.peer.PeerIdentity.Role;
import io.bookshelf.catalogue.SystemKeys;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the role in a certificate allows, whatever the rules for local clients say. */
final class PeerAccessTest {
    private static final AccessPolicy NOTHING =
            new AccessRules(List.of(new AccessRule(null, null, true, true, List.of("allowed/#"))), null, true);

    private final AccessPolicy access = new PeerAccess(NOTHING, true, holder -> true);

    private static Principal principal(Role role) {
        return PeerAccess.principal(new Peer(new PeerIdentity("home", role, "x"), List.of(), ""), "phone");
    }

    @ParameterizedTest
    @CsvSource({
        "UNIT, local/a, true",
        "UNIT, private/a, true",
        "UNIT, bookshelf/units/hall, true",
        "UNIT, $SYS/broker/uptime, true",
        "OWNER, local/a, false",
        "OWNER, private/a, true",
        "OWNER, localities/a, true",
        "OWNER, bookshelf/units/hall, true",
        "OWNER, $SYS/broker/uptime, true",
        "CLOUD, local/a, false",
        "CLOUD, private/a, false",
        "CLOUD, lights/a, false",
        "CLOUD, bookshelf/units/hall, true",
        "CLOUD, bookshelf/crl/a/1, false",
        "CLOUD, $SYS/broker/uptime, false"
    })
    void aRoleReadsAndWritesWhatIsItsOwn(Role role, String topic, boolean allowed) {
        assertThat(access.mayRead(principal(role), topic)).isEqualTo(allowed);
        assertThat(access.mayWrite(principal(role), topic)).isEqualTo(allowed);
        assertThat(access.mayHaveWritten(principal(role).user(), topic)).isEqualTo(allowed);
    }

    @ParameterizedTest
    @CsvSource({
        "private/a, true, true, true",
        "bookshelf/units/hall, true, false, false",
        "bookshelf/crl/a/1, true, false, false",
        "bookshelf/later, true, false, false",
        "bookshelf/phones/0a, true, false, true",
        "local/a, false, false, false",
        "$SYS/broker/uptime, true, true, true"
    })
    void aPhoneMayWhatAnOwnerMayButRunsNotTheNetwork(String topic, boolean reads, boolean writes, boolean deletes) {
        Principal phone = PeerAccess.principal(PeerAccess.phone("home", "0a"), "app");
        assertThat(phone.clientId()).isEqualTo("spiffe://home/phone/0a/app");
        assertThat(access.mayRead(phone, topic)).isEqualTo(reads);
        assertThat(access.mayWrite(phone, topic)).isEqualTo(writes);
        assertThat(access.mayDelete(phone, topic)).isEqualTo(deletes);
        assertThat(access.mayHaveWritten(phone.user(), topic)).isEqualTo(deletes);
        byte[] revoked = SystemKeys.revocation();
        assertThat(access.mayPublish(phone, topic, false, () -> revoked)).isEqualTo(deletes);
        assertThat(access.mayPublish(phone, topic, false, () -> "{'revoked':true}".getBytes(UTF_8)))
                .isEqualTo(writes);
        assertThat(access.mayPublish(phone, topic, true, () -> new byte[0])).isEqualTo(deletes);
        assertThat(access.maySubscribe(phone, "#")).isTrue();
        assertThat(access.maySubscribe(phone, "local/#")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "UNIT, local/#, true",
        "OWNER, #, true",
        "OWNER, +/a, true",
        "OWNER, local/+, false",
        "CLOUD, #, true",
        "CLOUD, bookshelf/+/hall, true",
        "CLOUD, lights/#, false",
        "CLOUD, $bookshelf/snapshot/x, true",
        "CLOUD, $SYS/#, false"
    })
    void aFilterUnderWhichThereIsNothingToReadIsRefused(Role role, String filter, boolean allowed) {
        assertThat(access.maySubscribe(principal(role), filter)).isEqualTo(allowed);
    }

    @Test
    void localClientsAreLeftToTheirOwnPolicy() {
        Principal local = new Principal("c", "");
        assertThat(access.mayWrite(local, "allowed/x")).isTrue();
        assertThat(access.mayWrite(local, "other")).isFalse();
        assertThat(access.maySubscribe(local, "other")).isFalse();
        assertThat(access.mayHaveWritten("", "other")).isFalse();
    }

    @Test
    void nobodyGetsTheNameOfACertificateByAPasswordNorARoleThatDoesNotExist() {
        assertThat(access.authenticate("c", "spiffe://home/unit/x", new byte[0]))
                .isNull();
        assertThat(access.mayHaveWritten("spiffe://home/king/x", "lights")).isFalse();
        assertThat(access.mayHaveWritten("spiffe://home", "lights")).isFalse();
    }

    @Test
    void checksAreSparedWhereNobodyComesInByCertificate() {
        assertThat(new PeerAccess(AccessPolicy.OPEN, false, holder -> true).allowsEverything())
                .isTrue();
        assertThat(new PeerAccess(AccessPolicy.OPEN, true, holder -> true).allowsEverything())
                .isFalse();
        assertThat(new PeerAccess(AccessPolicy.OPEN, true, holder -> true).authenticatesQuickly("anna", null))
                .isTrue();
    }
}
