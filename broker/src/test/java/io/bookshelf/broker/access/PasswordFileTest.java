package io.bookshelf.broker.access;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PasswordFileTest {
    /** "secret", as libxcrypt hashes it. */
    private static final String BCRYPT = "$2b$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a";
    /** "password" with "somesalt", from the test vectors of the reference implementation. */
    private static final String ARGON2 =
            "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void nameTheFile() {
        file = folder.resolve("passwords");
    }

    @Test
    void verifiesHashesOfOtherTools() throws IOException {
        Files.writeString(file, "# people\n\nanna:" + BCRYPT + "\nbert:" + ARGON2 + "\n");
        PasswordFile passwords = PasswordFile.load(file);

        assertThat(passwords.verify("anna", "secret".getBytes(UTF_8))).isTrue();
        assertThat(passwords.verify("anna", "Secret".getBytes(UTF_8))).isFalse();
        assertThat(passwords.verify("anna", new byte[0])).isFalse();
        assertThat(passwords.verify("bert", "password".getBytes(UTF_8))).isTrue();
        assertThat(passwords.verify("bert", "secret".getBytes(UTF_8))).isFalse();
        assertThat(passwords.verify("carl", "secret".getBytes(UTF_8))).isFalse();
        assertThat(passwords.contains("anna")).isTrue();
        assertThat(passwords.contains("carl")).isFalse();
    }

    @Test
    void setsAndRemovesOneUserAndLeavesTheRestAlone() throws IOException {
        Files.writeString(file, "# people\nanna:" + BCRYPT + "\n");
        PasswordFile.set(file, "bert", "pässword".toCharArray());
        PasswordFile.set(file, "anna", "new".toCharArray());

        PasswordFile passwords = PasswordFile.load(file);
        assertThat(passwords.verify("bert", "pässword".getBytes(UTF_8))).isTrue();
        assertThat(passwords.verify("anna", "new".getBytes(UTF_8))).isTrue();
        assertThat(passwords.verify("anna", "secret".getBytes(UTF_8))).isFalse();
        assertThat(Files.readAllLines(file)).hasSize(3).startsWith("# people");

        assertThat(PasswordFile.remove(file, "anna")).isTrue();
        assertThat(PasswordFile.remove(file, "anna")).isFalse();
        assertThat(PasswordFile.load(file).contains("anna")).isFalse();
        assertThat(PasswordFile.load(file).contains("bert")).isTrue();
    }

    @Test
    void keepsTheFileToItsOwnerAndLeavesNoOther() throws IOException {
        PasswordFile.set(file, "anna", "secret".toCharArray());

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void refusesPasswordsThatBcryptWouldCutShort() throws IOException {
        assertThatThrownBy(() -> PasswordFile.set(file, "anna", "x".repeat(73).toCharArray()))
                .hasMessage("the password is 73 bytes long; bcrypt takes up to 72, so choose a shorter one");
        assertThatThrownBy(() -> PasswordFile.set(file, "anna", "ä".repeat(37).toCharArray()))
                .hasMessageContaining("74 bytes");
        assertThatThrownBy(() -> PasswordFile.set(file, "anna", "a\0b".toCharArray()))
                .hasMessage("the password may not hold a NUL");
        assertThatThrownBy(() -> PasswordFile.set(file, "anna", new char[0])).hasMessageContaining("empty");

        PasswordFile.set(file, "anna", "x".repeat(72).toCharArray());
        PasswordFile passwords = PasswordFile.load(file);
        assertThat(passwords.verify("anna", "x".repeat(72).getBytes(UTF_8))).isTrue();
        assertThat(passwords.verify("anna", "x".repeat(73).getBytes(UTF_8))).isFalse();
    }

    @Test
    void refusesNamesThatWouldBreakALine() {
        for (String name : List.of("", "a:b", "a\nb", "#a", " a", "a ")) {
            assertThatThrownBy(() -> PasswordFile.set(file, name, "x".toCharArray()))
                    .as("<%s>", name)
                    .hasMessageStartingWith("a user name may not");
        }
        assertThat(file).doesNotExist();
    }

    @Test
    void letsNobodyInByAnEmptyFile() throws IOException {
        Files.writeString(file, "");

        assertThat(PasswordFile.load(file).verify("anna", "secret".getBytes(UTF_8)))
                .isFalse();
    }

    @Test
    void namesTheLineThatItCannotRead() {
        assertThatThrownBy(() -> load("anna:" + BCRYPT + "\nbert\n")).hasMessage(file + ", line 2: write user:hash");
        assertThatThrownBy(() -> load(":" + BCRYPT + "\n")).hasMessage(file + ", line 1: write user:hash");
        assertThatThrownBy(() -> load("\n# x\nanna:secret\n"))
                .hasMessage(file + ", line 3: the hash must start with $2b$ (bcrypt) or $argon2id$v=19$, and be whole");
        assertThatThrownBy(() -> load("anna:" + BCRYPT + "\nanna:" + BCRYPT))
                .hasMessage(file + ", line 2: the user anna has a line already");
        assertThatThrownBy(() -> load("anna:" + BCRYPT.replace("$05$", "$31$")))
                .hasMessage(file + ", line 1: its bcrypt cost must be 4 to 14");
        assertThatThrownBy(() -> load("anna:" + ARGON2.replace("m=256", "m=4000000")))
                .hasMessageContaining("line 1: its argon2 memory m is more than");
        assertThatThrownBy(() -> load("anna:" + ARGON2.replace("t=2", "t=999")))
                .hasMessageContaining("line 1: its argon2 parameters");
    }

    private void load(String text) throws IOException {
        Files.writeString(file, text);
        PasswordFile.load(file);
    }
}
