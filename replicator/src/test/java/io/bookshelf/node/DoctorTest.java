package io.bookshelf.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.broker.config.BrokerConfig;
import io.bookshelf.broker.peer.PeerIdentity;
import io.bookshelf.broker.peer.PeerIdentity.Role;
import io.bookshelf.node.Finding.Level;
import io.bookshelf.pki.AuthorityFolder;
import io.bookshelf.pki.RevocationList;
import io.bookshelf.store.Durability;
import io.bookshelf.store.Progress;
import io.bookshelf.store.StoreInspection;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each thing that keeps a unit from starting, or from being let in, is found and said with what is to be done. */
final class DoctorTest {
    private static final InetSocketAddress ANYWHERE = new InetSocketAddress("127.0.0.1", 0);

    @TempDir
    private Path folder;

    @SuppressWarnings("NullAway.Init") // before each test
    private AuthorityFolder authority;

    private final Instant now = Instant.now();
    private Instant time = now;

    @BeforeEach
    void issue() throws IOException {
        authority = AuthorityFolder.init(folder.resolve("authority"), "home", InstantSource.fixed(now));
        authority.issue(Role.UNIT, "hall", 90, pki(), null);
        Files.writeString(folder.resolve("peers.toml"), "[units.porch]\naddresses = [\"porch:8883\"]\n");
    }

    private Path pki() {
        return folder.resolve("pki");
    }

    private NodeConfig config() {
        return config("hall", List.of(), AccessSettings.OPEN);
    }

    private NodeConfig config(String unit, List<Path> catalogue, AccessSettings access) {
        return new NodeConfig(
                new BrokerConfig(
                        unit, ANYWHERE, ANYWHERE, ANYWHERE, BrokerConfig.Limits.DEFAULTS, List.of(), List.of()),
                folder.resolve("data"),
                Durability.NORMAL,
                true,
                pki(),
                folder.resolve("peers.toml"),
                CertificateSettings.DEFAULTS,
                catalogue,
                access);
    }

    private List<Finding> examine(NodeConfig config) {
        return Doctor.examine(config, InstantSource.fixed(time), Progress.UNSEEN);
    }

    private void found(NodeConfig config, Level level, String about, String says) {
        assertThat(examine(config).stream().filter(each -> each.level() != Level.OK))
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.level()).isEqualTo(level);
                    assertThat(finding.about()).isEqualTo(about);
                    assertThat(finding.says()).contains(says);
                });
    }

    @Test
    void aUnitThatHasRunIsSound() {
        BookshelfNode.start(config()).close();
        List<Finding> findings = examine(config());
        assertThat(findings).allMatch(finding -> finding.level() == Level.OK);
        assertThat(findings.stream().map(Finding::about))
                .contains("certificate", "key", "peers", "data", "room", "store");
        assertThat(Doctor.repair(config().data(), pki())).isEmpty();
    }

    @Test
    void certificatesThatKeepAUnitOutAreFound() throws IOException {
        found(config("attic", List.of(), AccessSettings.OPEN), Level.BROKEN, "certificate", "the unit is named attic");
        time = now.plus(Duration.ofDays(80));
        found(config(), Level.WARNING, "certificate", "renew it with bookshelf pki renew");
        time = now.plus(Duration.ofDays(91));
        found(config(), Level.BROKEN, "certificate", "it has expired on ");
        time = now;
        RevocationList list = authority
                .revoke(List.of(new PeerIdentity("home", Role.UNIT, "hall")))
                .getFirst();
        Path lists = Files.createDirectories(config().data().resolve("crl"));
        Path kept = Files.write(lists.resolve(list.authority() + ".crl"), list.der());
        StoreInspection.closeFiles(config().data());
        found(config(), Level.BROKEN, "certificate", "its certificate was revoked");
        Files.write(kept, new byte[] {1, 2, 3});
        found(config(), Level.WARNING, "certificate", "the revocation list " + kept + " is damaged");
        Files.delete(kept);
        Files.delete(pki().resolve("key.pem"));
        found(config(), Level.BROKEN, "certificate", "key.pem");
    }

    @Test
    void aKeyThatOthersMayReadIsFoundAndClosed() throws IOException {
        Path key = pki().resolve("key.pem");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
        found(config(), Level.WARNING, "key", "can be read by others");
        assertThat(Files.getPosixFilePermissions(key)).as("looked at only").hasSize(4);
        assertThat(Doctor.repair(config().data(), pki()))
                .singleElement()
                .asString()
                .contains("key.pem");
        assertThat(Files.getPosixFilePermissions(key)).hasSize(2);
        assertThat(examine(config())).allMatch(finding -> finding.level() == Level.OK);
    }

    @Test
    void aDataFolderThatOthersMayReadIsFoundAndClosed() throws IOException {
        Path data = Files.createDirectories(config().data());
        Path state = Files.createFile(data.resolve("state.db"));
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rw-r--r--"));
        found(config(), Level.WARNING, "data", "and 1 more in that folder can be read by others");
        assertThat(Doctor.repair(data, null)).singleElement().asString().contains("its owner's alone now");
        assertThat(Files.getPosixFilePermissions(state)).hasSize(2);
        assertThat(examine(config())).allMatch(finding -> finding.level() == Level.OK);
    }

    @Test
    void filesThatSettingsNameAreRead() throws IOException {
        Path absent = folder.resolve("absent");
        found(config("hall", List.of(absent), AccessSettings.OPEN), Level.BROKEN, "catalogue", "there is no file");
        found(
                config("hall", List.of(), new AccessSettings(absent, false, List.of())),
                Level.BROKEN,
                "access",
                "cannot be read");
        Files.writeString(folder.resolve("peers.toml"), "[units.hall]\naddresses = []\n");
        found(config(), Level.WARNING, "peers", "lists no other unit");
        Files.writeString(folder.resolve("peers.toml"), "[unit.hall]\n");
        found(config(), Level.BROKEN, "peers", "unit is no setting");
    }

    @Test
    void aDamagedStoreIsFoundAndRepairedAndAFolderThatIsNoneIsSaid() throws IOException {
        BookshelfNode.start(config()).close();
        Path file = config().data().resolve("state.db");
        Files.write(file, new byte[5_000]);
        found(config(), Level.BROKEN, "store", "it does not open");
        assertThat(Doctor.repair(config().data(), pki()))
                .singleElement()
                .asString()
                .contains("set-aside");
        assertThat(examine(config())).allMatch(finding -> finding.level() == Level.OK);
        assertThat(examine(config())).anyMatch(finding -> finding.about().equals("set aside"));
        try (Stream<Path> files = Files.walk(config().data())) {
            files.sorted((a, b) -> b.compareTo(a)).forEach(path -> path.toFile().delete());
        }
        Files.writeString(config().data(), "no folder");
        found(config(), Level.BROKEN, "data", "it is no folder");
    }
}
