package io.bookshelf.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.bookshelf.catalogue.SystemKeys.Role;
import io.bookshelf.link.PeerAddress;
import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which units there are and where, from a file that changes and from the state. */
final class PeerDirectoryTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String HALL = """
            [units.hall]
            addresses = ["[fe80::1%br0]:8883", "hall.home:8883"]
            """;

    private final AtomicInteger changes = new AtomicInteger();
    private final Remembering memory = new Remembering();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private static final class Remembering implements PeerDirectory.Memory {
        private volatile byte @Nullable [] bytes;

        @Override
        public byte @Nullable [] load() {
            return bytes;
        }

        @Override
        public void save(byte[] saved) {
            bytes = saved;
        }
    }

    private Path file(String text) throws IOException {
        // In one step, as a careful editor does.
        Path written = Files.writeString(folder.resolve("new"), text);
        return Files.move(written, folder.resolve("peers.toml"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }

    private PeerDirectory directory(@Nullable Path file) {
        return new PeerDirectory(file, memory, changes::incrementAndGet);
    }

    private static byte[] json(String text) {
        return text.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }

    private static List<PeerAddress> addresses(String... texts) {
        return List.of(texts).stream().map(PeerAddress::parse).toList();
    }

    @Test
    void theFileIsFollowedAndAUnitThatItDropsStaysListed() throws IOException {
        try (PeerDirectory directory = directory(file(HALL))) {
            assertThat(directory.listed()).containsExactly("hall");
            assertThat(directory.addresses("hall")).isEqualTo(addresses("[fe80::1%br0]:8883", "hall.home:8883"));
            file("[units.attic]\naddresses = [\"10.0.0.2:8883\"]");
            await().atMost(PATIENCE).until(() -> changes.get() == 1);
            assertThat(directory.listed()).containsExactlyInAnyOrder("hall", "attic");
            assertThat(directory.addresses("hall")).isEmpty();
            assertThat(directory.addresses("attic")).isEqualTo(addresses("10.0.0.2:8883"));
        }
        try (PeerDirectory after = directory(file(""))) {
            assertThat(after.listed()).containsExactlyInAnyOrder("hall", "attic");
        }
    }

    @Test
    void aBadFileChangesNothingUntilItIsRight() throws IOException {
        try (PeerDirectory directory = directory(file(HALL))) {
            file("[units.hall]\naddresses = [\"nonsense\"]");
            // The right file that follows is seen after it.
            await().during(Duration.ofMillis(1_500)).atMost(PATIENCE).until(() -> changes.get() == 0);
            assertThat(directory.addresses("hall")).hasSize(2);
            file("[units.hall]\naddresses = [\"h:1\"]");
            await().atMost(PATIENCE).until(() -> changes.get() == 1);
            assertThat(directory.addresses("hall")).isEqualTo(addresses("h:1"));
        }
    }

    @Test
    void theStateAddsAddressesAndRetiresUnitsForGood() throws IOException {
        try (PeerDirectory directory = directory(file(HALL))) {
            directory.state(
                    "hall", json("{'addresses':['hall.home:8883','10.0.0.3:1'],'later':{'a':[1]}}"), Role.OWNER);
            assertThat(directory.addresses("hall"))
                    .containsExactly(
                            PeerAddress.parse("[fe80::1%br0]:8883"),
                            PeerAddress.parse("hall.home:8883"),
                            PeerAddress.parse("10.0.0.3:1").asStated());
            directory.state("attic", json("{'addresses':['a:1'],'role':'unit','retired':false}"), Role.OWNER);
            directory.state("anna", json("{'role':'owner'}"), Role.OWNER);
            assertThat(directory.listed()).containsExactlyInAnyOrder("hall", "attic");
            directory.state("hall", json("{'retired':true}"), Role.OWNER);
            assertThat(directory.listed()).containsExactly("attic");
            assertThat(directory.addresses("hall")).isEqualTo(addresses("[fe80::1%br0]:8883", "hall.home:8883"));
            assertThat(directory.doubtful()).containsExactly("hall");
            assertThat(directory.isKnown("hall")).isTrue();
            assertThat(changes).hasValue(3);
            directory.state("hall", null, Role.OWNER);
            directory.state("attic", null, Role.OWNER);
            assertThat(directory.addresses("attic")).isEmpty();
        }
        try (PeerDirectory after = directory(file(HALL))) {
            assertThat(after.listed()).containsExactly("attic");
            after.state("hall", json("{}"), Role.OWNER);
            assertThat(after.listed()).containsExactlyInAnyOrder("attic", "hall");
        }
    }

    private static List<PeerAddress> stated(String text) {
        return List.of(PeerAddress.parse(text).asStated());
    }

    @Test
    void aPhoneStatesNothingAndTheCloudRetiresNobody() {
        try (PeerDirectory directory = directory(null)) {
            directory.state("hall", json("{'addresses':['a:1']}"), Role.OWNER);
            directory.state("old", json("{'retired':true}"), Role.UNIT);
            for (Role thief : List.of(Role.PHONE, Role.NOBODY)) {
                directory.state("hall", json("{'retired':true}"), thief);
                directory.state("hall", json("{'addresses':['elsewhere:1']}"), thief);
                directory.state("hall", null, thief);
                directory.state("attic", json("{}"), thief);
            }
            assertThat(directory.addresses("hall")).isEqualTo(stated("a:1"));
            directory.state("hall", json("{'addresses':['b:1'],'retired':true}"), Role.CLOUD);
            directory.state("old", json("{}"), Role.CLOUD);
            directory.state("new", json("{'addresses':['c:1'],'retired':true}"), Role.CLOUD);
            assertThat(directory.listed()).containsExactlyInAnyOrder("hall", "new");
            assertThat(directory.addresses("hall")).isEqualTo(stated("b:1"));
            directory.state("hall", json("{'retired':true}"), Role.LOCAL);
            assertThat(directory.listed()).containsExactly("new");
        }
    }

    @Test
    void theUnitsThatTheStateNamesAreBounded() throws IOException {
        try (PeerDirectory directory = directory(file(HALL))) {
            for (int i = 0; i < 2_000; i++) {
                directory.state("u" + i, json("{'addresses':['10.0.0.1:1']}"), Role.OWNER);
            }
            assertThat(directory.listed()).hasSize(257).contains("hall");
            for (int i = 0; i < 2_000; i++) {
                directory.state("u" + i, null, Role.OWNER);
                directory.state("v" + i, json("{}"), Role.OWNER);
                directory.state("v" + i, null, Role.OWNER);
            }
            assertThat(directory.listed()).hasSize(512).contains("hall");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:1",
        "127.9.9.9:1",
        "localhost:1",
        "[::1]:1",
        "0.0.0.0:1",
        "[::]:1",
        "224.0.0.1:1",
        "[ff02::1]:1",
        "255.255.255.255:1",
        "240.1.1.1:1",
        "[::ffff:127.0.0.1]:1"
    })
    void anAddressOfThisMachineOrOfManyIsTheFilesAlone(String text) throws IOException {
        PeerAddress address = PeerAddress.parse(text);
        assertThat(address.resolve()).isNotEmpty();
        assertThatExceptionOfType(UnknownHostException.class)
                .isThrownBy(() -> address.asStated().resolve())
                .withMessageContaining("peers.toml");
    }

    @Test
    void whatTheStateGetsWrongIsPassedOver() {
        try (PeerDirectory directory = directory(null)) {
            directory.state("hall", json("{'addresses':['a:1']}"), Role.OWNER);
            for (String wrong : List.of(
                    "",
                    "[]",
                    "{",
                    "{}{}",
                    "{'addresses':'a:1'}",
                    "{'addresses':[1]}",
                    "{'retired':1}",
                    "{'role':[]}",
                    "{'addresses':['a:99999']}",
                    "{'addresses':{'x':1}}")) {
                if (!wrong.isEmpty()) {
                    directory.state("hall", json(wrong), Role.OWNER);
                }
                assertThat(directory.addresses("hall")).as(wrong).isEqualTo(stated("a:1"));
            }
            directory.state("../x", json("{}"), Role.OWNER);
            directory.state("", json("{}"), Role.OWNER);
            assertThat(directory.listed()).containsExactly("hall");
            assertThat(changes).hasValue(1);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[units.hall                             | line 1",
                "a = 1                                   | a is no setting; known here is units",
                "[units.hall]\\naddress = []             | units.hall.address is no setting; known here is addresses",
                "[units.hall]                            | units.hall.addresses must be a list",
                "[units.hall]\\naddresses = ['x']        | units.hall.addresses must be HOST:PORT",
                "[units.hall]\\naddresses = ['::1:1']    | units.hall.addresses must be HOST:PORT",
                "[units.hall]\\naddresses = ['[::1]:0']  | units.hall.addresses must be HOST:PORT",
                "[units.'a/b']\\naddresses = []          | must be named as a unit is",
                "units = 1                               | units must be tables",
            })
    void aBadFileAtTheStartIsOneSentence(String text, String expected) throws IOException {
        Path file = file(text.replace("\\n", "\n"));
        assertThatExceptionOfType(NodeException.class)
                .isThrownBy(() -> directory(file).close())
                .withMessageContaining(file.toString())
                .withMessageContaining(expected);
    }

    @Test
    void aFileThatIsNotThereIsAskedFor() {
        assertThatExceptionOfType(NodeException.class)
                .isThrownBy(() -> directory(folder.resolve("none")).close())
                .withMessageContaining("--peers");
    }
}
