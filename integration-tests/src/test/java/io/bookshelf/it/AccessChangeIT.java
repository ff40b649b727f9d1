package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookshelf.broker.access.PasswordFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Rights that change while the unit runs, by its settings or its password file: they hold for those who are there. */
final class AccessChangeIT {
    private static final String READ_AGAIN = "access: passwords and rules read again";
    private static final String NOT_CHANGED = "access: not changed, because: ";

    @RegisterExtension
    final Units units = Units.perTest();

    private Path folder;
    private UnitProcess unit;
    private RawMqtt anna;
    private RawMqtt bert;

    private static String config(String passwords, String berts) {
        return """
            [access]
            password_file = "%s"
            [[access.rules]]
            user = "anna"
            allow = ["read", "write"]
            topics = ["home/#"]
            [[access.rules]]
            user = "bert"
            allow = ["read"]
            topics = ["%s", "bert/#"]
            """.formatted(passwords, berts);
    }

    /** Anna has written a value; bert has a subscription to it. */
    @BeforeEach
    void start() throws IOException {
        folder = units.folder();
        PasswordFile.set(folder.resolve("passwords"), "anna", new char[] {'a'});
        PasswordFile.set(folder.resolve("passwords"), "bert", new char[] {'b'});
        unit = units.createIn(folder, config("passwords", "home/#"));
        unit.start();
        anna = units.client(unit, Connect.v5("annas").as("anna", "a"));
        anna.put("home/lamp", "1");
        bert = units.client(unit, Connect.v5("berts").as("bert", "b"));
        assertThat(bert.snapshot(1, "home/#")).hasSize(1);
    }

    /** Replaces a file as a whole and waits until the log says once more what it should. */
    private void change(String file, String content, String said) throws IOException {
        Path next = Files.writeString(folder.resolve("next"), content);
        changeBy(
                () -> Files.move(
                        next,
                        folder.resolve(file),
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING),
                said);
    }

    private interface Change {
        void make() throws IOException;
    }

    private void changeBy(Change change, String said) throws IOException {
        long before = timesSaid(said);
        change.make();
        await("the log says: " + said)
                .atMost(RawMqtt.PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> timesSaid(said) > before);
    }

    private long timesSaid(String sentence) throws IOException {
        try (var lines = Files.lines(unit.stderr())) {
            return lines.filter(line -> line.contains(sentence)).count();
        }
    }

    /** What a client of bert's that comes only now gets to see; the filter also matches what bert may always read. */
    private List<Packet> seenByANewcomer() {
        return units.client(unit, Connect.v5("new").as("bert", "b")).snapshot(0, "+/#");
    }

    private void annaWritesAndBertIsTold(String value) {
        assertThat(anna.put("home/lamp", value).reason()).isZero();
        Packet told = bert.expect(Packet.PUBLISH);
        assertThat(told.text()).isEqualTo(value);
        bert.ack(Packet.PUBACK, told.id());
    }

    private void annaWritesAndBertIsNotTold(String value) {
        assertThat(anna.put("home/lamp", value).reason()).isZero();
        bert.pingPong();
    }

    @Test
    void aRightThatIsTakenAwayHidesValuesAndEndsTheDelivery() throws Exception {
        annaWritesAndBertIsTold("2");
        change("bookshelf.toml", config("passwords", "elsewhere/#"), READ_AGAIN);
        annaWritesAndBertIsNotTold("3");
        assertThat(seenByANewcomer()).isEmpty();
        bert.sendSubscribe(1, Props.none(), 1, "home/#");
        assertThat(bert.expect(Packet.SUBACK).reasons()).containsExactly(0x87);
        RawMqtt annasOther = units.client(unit, Connect.v5("other").as("anna", "a"));
        assertThat(annasOther.snapshot(0, "home/#")).hasSize(1);

        change("bookshelf.toml", config("passwords", "home/#"), READ_AGAIN);
        annaWritesAndBertIsTold("4");
        assertThat(seenByANewcomer()).hasSize(1);
    }

    @Test
    void aUserThatIsRemovedIsPutOutAndWhatItWroteIsHidden() throws Exception {
        RawMqtt annasOther = units.client(unit, Connect.v5("other").as("anna", "a"));
        annasOther.subscribe(0, "home/#");
        assertThat(annasOther.expect(Packet.PUBLISH).text()).isEqualTo("1");
        Path passwords = folder.resolve("passwords");
        changeBy(() -> PasswordFile.remove(passwords, "anna"), READ_AGAIN);
        assertThat(anna.expectDisconnect().reason()).isEqualTo(0x87);
        assertThat(annasOther.expectDisconnect().reason()).isEqualTo(0x87);
        assertThat(seenByANewcomer()).isEmpty();
        assertThat(units.tcp(unit).connect(Connect.v5("again").as("anna", "a")).reason())
                .isEqualTo(0x86);
        bert.pingPong();

        changeBy(() -> PasswordFile.set(passwords, "anna", "new".toCharArray()), READ_AGAIN);
        assertThat(seenByANewcomer()).extracting(Packet::text).containsExactly("1");
        assertThat(units.tcp(unit).connect(Connect.v5("again").as("anna", "a")).reason())
                .isEqualTo(0x86);
        anna = units.client(unit, Connect.v5("again").as("anna", "new"));
        annaWritesAndBertIsTold("3");
    }

    @Test
    void aBrokenFileChangesNothingAndTheLogSaysWhy() throws Exception {
        change("bookshelf.toml", "[access\n", NOT_CHANGED + folder.resolve("bookshelf.toml"));
        annaWritesAndBertIsTold("2");
        change("passwords", "anna\n", NOT_CHANGED);
        changeBy(() -> Files.delete(folder.resolve("passwords")), NOT_CHANGED);
        annaWritesAndBertIsTold("4");
        assertThat(units.tcp(unit).connect(Connect.v5("s").as("anna", "wrong")).reason())
                .isEqualTo(0x86);
        units.client(unit, Connect.v5("again").as("anna", "a")).pingPong();
    }

    @Test
    void aPasswordFileNamedLaterIsFollowedToo() throws Exception {
        change("bookshelf.toml", config("other", "home/#"), NOT_CHANGED);
        annaWritesAndBertIsTold("2");
        Path other = folder.resolve("other");
        changeBy(() -> PasswordFile.set(other, "anna", "new".toCharArray()), READ_AGAIN);
        assertThat(bert.expectDisconnect().reason()).isEqualTo(0x87);
        assertThat(anna.put("home/lamp", "3").reason()).isZero();
        units.client(unit, Connect.v5("again").as("anna", "new")).pingPong();
        changeBy(() -> PasswordFile.set(other, "bert", new char[] {'b'}), READ_AGAIN);
        assertThat(seenByANewcomer()).extracting(Packet::text).containsExactly("3");
    }
}
