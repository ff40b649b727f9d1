package io.bookshelf.pki;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bookshelf.broker.peer.PeerIdentity;
import io.bookshelf.broker.peer.PeerIdentity.Role;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AuthorityFolderTest {
    private static final PeerIdentity HALL = new PeerIdentity("home", Role.UNIT, "hall");

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path root;

    private static String output(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return text + "exit " + process.exitValue();
    }

    @Test
    void everySecretIsItsOwnersOnly() throws Exception {
        TestNetwork home = new TestNetwork(root, "home");
        home.issue("hall");
        new Bundle(root.resolve("asking")).request("home", "attic", HostNames.NONE);
        List<String> readable = new ArrayList<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String rights = PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
                if (!rights.equals("rw-------")) {
                    readable.add(file.getFileName().toString());
                }
            }
        }
        assertThat(readable).containsOnly("ca.pem", "cert.pem", "request.pem", "lock");
    }

    @Test
    void nothingIsOverwritten() {
        TestNetwork home = new TestNetwork(root, "home");
        home.issue("hall");
        assertThatThrownBy(() -> home.issue("hall"))
                .isInstanceOf(PkiException.class)
                .hasMessageContaining("is there already and is not overwritten");
        assertThatThrownBy(() -> new TestNetwork(root, "home")).hasMessageContaining("is not overwritten");
        assertThatThrownBy(() -> new Bundle(home.folder("hall")).request("home", "hall", HostNames.NONE))
                .hasMessageContaining("is not overwritten");
        assertThat(home.authority.issued()).hasSize(1);
    }

    @Test
    void eachListHasTheNextNumberAndAllThatWasOnTheOneBefore() {
        TestNetwork home = new TestNetwork(root, "home");
        home.issue("hall");
        home.issue("attic");
        RevocationList first = home.authority.revoke(List.of(HALL)).getFirst();
        X509Certificate attic =
                new Bundle(home.folder("attic")).load().credentials().certificate();
        RevocationList second = home.authority.revoke(attic).getFirst();
        assertThat(List.of(first.number(), second.number())).containsExactly(1L, 2L);
        assertThat(second.revoked()).hasSize(2).containsAllEntriesOf(first.revoked());
        assertThat(second.key())
                .isEqualTo("bookshelf/crl/" + home.authority.ids().getFirst() + "/2");
        assertThatThrownBy(() -> home.authority.revoke(attic)).hasMessage("it is revoked already");
        assertThatThrownBy(() -> home.authority.revoke(List.of(HALL))).hasMessageContaining("is left to revoke");
    }

    @Test
    void signsARequestForTheHolderThatItNamesAndOnlyInItsNetwork() {
        TestNetwork home = new TestNetwork(root, "home");
        Path request = new Bundle(root.resolve("asking")).request("home", "hall", HostNames.NONE);
        List<X509Certificate> chain = home.authority.sign(SafeFiles.read(request), 30, "it");
        assertThat(CertificateRules.identity(chain.getFirst())).isEqualTo(HALL);
        assertThat(Duration.between(
                        home.clock.instant(), chain.getFirst().getNotAfter().toInstant()))
                .isEqualTo(Duration.ofDays(30));

        Path away = new Bundle(root.resolve("away")).request("away", "hall", HostNames.NONE);
        assertThatThrownBy(() -> home.authority.sign(SafeFiles.read(away), 30, "it"))
                .hasMessageContaining("this authority is of home");
        byte[] text = SafeFiles.read(request);
        byte[] der = Pem.decode(Pem.REQUEST, text, "it").getFirst();
        der[der.length - 1] ^= 1;
        assertThatThrownBy(() -> home.authority.sign(Pem.encode(Pem.REQUEST, der), 30, "it"))
                .isInstanceOf(PkiException.class);
    }

    @Test
    void endsARollOverOnlyWhenNobodyIsLeftBehind() {
        TestNetwork home = new TestNetwork(root, "home");
        home.issue("hall");
        assertThatThrownBy(() -> home.authority.finishRoll(false)).hasMessageContaining("nothing to finish");
        String old = home.authority.ids().getFirst();
        String fresh = home.authority.roll();
        assertThat(home.authority.ids()).containsExactly(fresh, old);
        assertThatThrownBy(() -> home.authority.finishRoll(false)).hasMessageContaining("spiffe://home/unit/hall");
        home.authority.issue(Role.UNIT, "hall", 30, root.resolve("anew"), null);
        assertThat(home.authority.finishRoll(false)).containsExactly(old);
        assertThat(home.authority.ids()).containsExactly(fresh);
    }

    @Test
    void opensslAgrees() throws Exception {
        TestNetwork home = new TestNetwork(root, "home");
        home.issue("hall");
        String folder = home.folder("hall").toString();
        assertThat(output(
                        "openssl",
                        "verify",
                        "-x509_strict",
                        "-attime",
                        "1800000000",
                        "-CAfile",
                        folder + "/ca.pem",
                        folder + "/cert.pem"))
                .isEqualTo(folder + "/cert.pem: OK\nexit 0");
        assertThat(output("openssl", "x509", "-noout", "-ext", "subjectAltName", "-in", folder + "/cert.pem"))
                .contains("URI:spiffe://home/unit/hall");
        RevocationList list = home.authority.revoke(List.of(HALL)).getFirst();
        String file = home.authority.file(list).toString();
        assertThat(output("openssl", "crl", "-inform", "DER", "-noout", "-CAfile", folder + "/ca.pem", "-in", file))
                .contains("verify OK");
        assertThat(output(
                        "openssl",
                        "pkcs12",
                        "-info",
                        "-nokeys",
                        "-noout",
                        "-in",
                        folder + "/hall.p12",
                        "-passin",
                        "file:" + folder + "/hall.p12.password"))
                .endsWith("exit 0");
    }

    @Test
    void aPhonesFileHasTheKeyAndWhoIssuedIt() throws Exception {
        TestNetwork home = new TestNetwork(root, "home");
        home.authority.issue(Role.OWNER, "anna", 30, root.resolve("phone"), "secret".toCharArray());
        KeyStore store = KeyStore.getInstance(root.resolve("phone/anna.p12").toFile(), "secret".toCharArray());
        assertThat(store.getCertificateChain("anna")).hasSize(2);
        assertThat(store.getKey("anna", "secret".toCharArray())).isNotNull();
        assertThat(root.resolve("phone/anna.p12.password")).doesNotExist();
    }

    @Test
    void hostNamesGoFromARequestIntoTheCertificateAndStayThere() {
        TestNetwork home = new TestNetwork(root, "home");
        HostNames hosts = HostNames.of(List.of("Hall.Home", "hall"), List.of("192.168.1.2"));
        Path folder = root.resolve("asking");
        Path request = new Bundle(folder).request("home", "hall", hosts);
        X509Certificate signed =
                home.authority.sign(SafeFiles.read(request), 30, "it").getFirst();
        assertThat(HostNames.of(signed)).isEqualTo(new HostNames(List.of("hall.home", "hall"), List.of("192.168.1.2")));

        home.authority.issue(Role.UNIT, "attic", hosts, 30, root.resolve("attic"), null);
        X509Certificate kept = home.authority.renew(root.resolve("attic"), null, 30);
        assertThat(HostNames.of(kept)).isEqualTo(hosts);
        HostNames moved = HostNames.of(List.of(), List.of("10.0.0.7"));
        assertThat(HostNames.of(home.authority.renew(root.resolve("attic"), moved, 30)))
                .isEqualTo(moved);
        assertThatThrownBy(() -> home.authority.issue(Role.OWNER, "anna", hosts, 30, root.resolve("anna"), null))
                .hasMessageContaining("only a unit");
    }

    @ParameterizedTest
    @CsvSource({
        "*.home, ",
        "hall.home., ",
        "-hall, ",
        "hall_1, ",
        "192.168.1.2, ",
        "1.2.3, ",
        "'', ",
        "spiffe://home/unit/hall, ",
        ", hall.home",
        ", 1.2.3",
        ", 300.1.1.1",
        ", 0.0.0.0",
        ", ::",
        ", fe80::1%eth0",
        ", '[::1]'",
        ", ''"
    })
    void whatIsNoHostNameAndNoAddressIsRefused(@Nullable String name, @Nullable String address) {
        List<String> names = name == null ? List.of() : List.of(name);
        List<String> addresses = address == null ? List.of() : List.of(address);
        assertThatThrownBy(() -> HostNames.of(names, addresses))
                .isInstanceOf(PkiException.class)
                .hasMessageContaining("is not");
    }
}
