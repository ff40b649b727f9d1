package io.bookshelf.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.pki.AuthorityFolder;
import io.bookshelf.pki.Signer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** {@code bookshelf pki …}, as typed. */
class PkiCommandsTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private static Path shared;

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    private String out = "";
    private String err = "";

    /** {@code @} in an argument stands for the test's folder. */
    private int pki(String arguments) {
        StringWriter written = new StringWriter();
        StringWriter said = new StringWriter();
        String[] words =
                ("pki " + arguments).strip().replace("@", folder.toString()).split(" +");
        CommandLine line = Main.commandLine("pki");
        line.setOut(new PrintWriter(written));
        line.setErr(new PrintWriter(said));
        int code = line.execute(words);
        out = written.toString();
        err = said.toString();
        return code;
    }

    private void done(String arguments) {
        assertThat(pki(arguments)).as("%s: %s", arguments, err).isZero();
        assertThat(err).isEmpty();
    }

    /** Made once: a mistake changes nothing in them. */
    private Path twoNetworks() {
        if (Files.notExists(shared.resolve("ca"))) {
            folder = shared;
            found();
            done("init --dir @/otherca --network other");
            done("issue --dir @/otherca --unit hall --out @/other");
        }
        return shared;
    }

    private void found() {
        done("init --dir @/ca --network home");
        done("issue --dir @/ca --unit hall --out @/hall");
    }

    @Test
    void issuesShowsAndRevokes() {
        found();
        assertThat(out).contains("who: spiffe://home/unit/hall", "hall.p12.password");
        done("show @/hall --dir @/ca");
        assertThat(out).contains("who: spiffe://home/unit/hall", "fingerprint: SHA-256 ", "revoked: no");
        done("revoke --dir @/ca --cert @/hall/cert.pem");
        assertThat(out).contains("list 1 of authority", "bookshelf/crl/");
        done("show @/hall/cert.pem --dir @/ca");
        assertThat(out).contains("revoked: yes");
        done("show @/ca");
        assertThat(out).contains("network: home", "revocation list 1", "revoked until ");
    }

    @Test
    void everyKindOfHolderIsNamedByItsUri() {
        found();
        done("issue --dir @/ca --owner anna --out @/anna --password secret --days 30");
        assertThat(out).contains("spiffe://home/owner/anna").doesNotContain("password");
        done("issue --dir @/ca --cloud --out @/cloud");
        assertThat(out).contains("spiffe://home/cloud/cloud");
        done("revoke --dir @/ca --owner anna --unit hall");
        assertThat(out).contains("list 1 of authority");
    }

    @Test
    void aRequestIsSignedWithoutItsKey() throws Exception {
        found();
        done("request --out @/attic --unit attic --network home");
        done("sign --dir @/ca --request @/attic/request.pem --out @/attic/cert.pem");
        assertThat(out).contains("spiffe://home/unit/attic", "cert.pem");
        Files.copy(folder.resolve("ca/ca.pem"), folder.resolve("attic/ca.pem"));
        done("renew @/attic --dir @/ca --days 10");
        assertThat(out).contains("spiffe://home/unit/attic");
    }

    @Test
    void aUnitHasTheNamesThatBrowsersReachItBy() throws Exception {
        found();
        done("issue --dir @/ca --unit attic --name attic.home --name attic --address 192.168.1.2 --out @/attic");
        done("show @/attic");
        assertThat(out).contains("names: attic.home, attic, 192.168.1.2");
        done("renew @/attic --dir @/ca");
        assertThat(out).contains("names: attic.home, attic, 192.168.1.2");
        done("renew @/attic --dir @/ca --address fd00::2");
        assertThat(out).contains("names: fd00:0:0:0:0:0:0:2");
        done("request --out @/porch --unit porch --network home --name porch.home");
        done("sign --dir @/ca --request @/porch/request.pem --out @/porch/cert.pem");
        assertThat(out).contains("names: porch.home");
        done("show @/hall");
        assertThat(out).doesNotContain("names:");
    }

    @Test
    void rollsOverInTwoSteps() {
        found();
        done("roll --dir @/ca");
        done("show @/ca");
        assertThat(out).contains("(current)", "(older)");
        assertThat(pki("roll --dir @/ca --finish")).isEqualTo(2);
        assertThat(err).contains("spiffe://home/unit/hall").hasLineCount(1);
        done("renew @/hall --dir @/ca");
        done("roll --dir @/ca --finish");
        done("show @/ca");
        assertThat(out).doesNotContain("(older)");
    }

    @Test
    void renewsThroughASigner() throws Exception {
        found();
        Path certificate = folder.resolve("hall/cert.pem");
        String before = Files.readString(certificate);
        AuthorityFolder authority = AuthorityFolder.open(folder.resolve("ca"), InstantSource.system());
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (Signer signer = Signer.start(authority, any, 5)) {
            done("renew @/hall --signer 127.0.0.1:" + signer.address().getPort());
        }
        assertThat(Files.readString(certificate)).isNotEqualTo(before);
        assertThat(out).contains("spiffe://home/unit/hall");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | say what to do: init",
                "issu | there is no command issu; did you mean issue?",
                "init --dir @/ca --network home | is there already and is not overwritten",
                "init --dir @/x --network Home! | a network's name is 1 to 63",
                "issue --dir @/ca --unit hall --out @/hall | is there already and is not overwritten",
                "issue --dir @/ca --unit a/b --out @/b | a name is 1 to 63 letters",
                "issue --dir @/ca --out @/b | --unit=ID",
                "issue --dir @/ca --unit a --owner b --out @/b | mutually exclusive",
                "issue --dir @/ca --unit a --out @/b --days 0 | 1 to 3650 days, not 0",
                "issue --dir @/none --unit a --out @/b | there is no authority in",
                "revoke --dir @/ca | say what to revoke",
                "revoke --dir @/ca --unit nobody | no certificate of spiffe://home/unit/nobody is left",
                "revoke --dir @/ca --cert @/none.pem | it is not there",
                "revoke --dir @/ca --cert @/other/cert.pem | was not issued by an authority in",
                "show @/hall/key.pem | has no \"BEGIN CERTIFICATE\"",
                "show @ | there is no authority in",
                "request --out @/hall --unit hall --network home | is not overwritten",
                "sign --dir @/ca --request @/hall/cert.pem --out @/x.pem | has no \"BEGIN CERTIFICATE REQUEST\"",
                "sign --dir @/ca --request @/none --out @/x.pem | cannot use",
                "renew @/hall | --signer",
                "renew @/hall --signer nonsense:port | is not HOST:PORT",
                "renew @/hall --signer 127.0.0.1:1 | cannot be reached",
                "renew @/hall --signer 127.0.0.1:1 --days 3 | --days goes with --dir",
                "renew @/hall --signer 127.0.0.1:1 --name hall.home | --name and --address go with --dir",
                "issue --dir @/ca --unit a --out @/b --name *.home | a host name is made of",
                "issue --dir @/ca --unit a --out @/b --address hall | an address is one in numbers",
                "issue --dir @/ca --owner a --out @/b --name hall.home | only a unit is reached by names",
                "renew @/other --dir @/ca | this authority is of home",
                "roll --dir @/ca --finish | there is nothing to finish",
                "roll --dir @/ca --force | --force goes with --finish",
                "serve --dir @/ca --listen 1883 | --listen must be HOST:PORT",
                "serve --dir @/none --listen 127.0.0.1:0 | there is no authority in",
            })
    void aMistakeIsOneSentenceAndExitCodeTwo(String arguments, String part) {
        folder = twoNetworks();
        assertThat(pki(arguments)).isEqualTo(2);
        assertThat(err).startsWith("bookshelf: ").contains(part).hasLineCount(1);
        assertThat(out).isEmpty();
    }
}
