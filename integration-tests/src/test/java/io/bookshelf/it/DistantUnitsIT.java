package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookshelf.it.Putter.Put;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Two units with 200 ms between them in each direction, and what their link carries. */
final class DistantUnitsIT {
    private static final List<String> NAMES = List.of("hall", "attic");
    private static final Duration DELAY = Duration.ofMillis(200);
    private static final int HEARTBEATS = Boolean.getBoolean("bookshelf.full") ? 60 : 8;
    private static final int SETTLING = 6;
    private static final int HEARTBEAT_BYTES = 200;
    private static final Pattern ROUND_TRIP = Pattern.compile("\"roundTripMillis\":(\\d+)");

    @RegisterExtension
    final Units units = Units.perTest();

    private Relays cables;
    private RealNetwork network;

    @BeforeEach
    void start() throws IOException {
        cables = new Relays(NAMES, DELAY);
        network = units.closing(new RealNetwork(units, cables, NAMES));
        network.awaitInSync();
    }

    private static List<Put> puts(int from, int to, IntFunction<String> value) {
        return IntStream.range(from, to)
                .mapToObj(i -> new Put("k/" + i, value.apply(i)))
                .toList();
    }

    @Test
    void agreeRepairAndThenKeepALinkThatCostsNothing() throws Exception {
        network.write("hall", puts(0, 500, i -> "value of " + i));
        network.agree();
        cables.all().forEach(Relay::cut);
        network.write("hall", puts(0, 100, i -> "hall"));
        network.write("attic", puts(50, 150, i -> i % 2 == 0 ? "attic" : ""));
        network.unit("attic").terminate();
        damage(network.unit("attic").data().resolve("state.db"), "value of 3");
        network.unit("attic").start();
        assertThat(network.state("attic", "k/3", "k/3+", "k/300", "k/200"))
                .as("what a unit has that is alone with a damaged file")
                .containsOnlyKeys("k/200");
        network.agree(NAMES, () -> cables.all().forEach(Relay::heal));
        network.awaitInSync();
        for (String name : NAMES) {
            await("round trip").atMost(RealNetwork.SOON).untilAsserted(() -> assertThat(roundTrip(name))
                    .as(name)
                    .isGreaterThanOrEqualTo(2 * DELAY.toMillis()));
        }
        idle();
    }

    private long roundTrip(String name) {
        Matcher said = ROUND_TRIP.matcher(String.join("", network.peers(name).values()));
        return said.find() ? Long.parseLong(said.group(1)) : -1;
    }

    /** Changes a byte of each place in a closed store file where this stands. */
    private static void damage(Path file, String text) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        Matcher found = Pattern.compile(text).matcher(new String(bytes, StandardCharsets.ISO_8859_1));
        assertThat(found.results().peek(each -> bytes[each.start()]++).count())
                .as("places that are damaged")
                .isPositive();
        Files.write(file, bytes);
    }

    /** What was agreed upon is written down now and then; once that is done nothing is, and heartbeats are all that passes. */
    private void idle() {
        int connections = connections();
        Map<String, String> before = files();
        Window window = heartbeats();
        for (int writing = 1; !files().equals(before); writing++) {
            assertThat(writing)
                    .as("stretches in which something was written to disk")
                    .isLessThan(SETTLING);
            before = files();
            window = heartbeats();
        }
        long limit = HEARTBEAT_BYTES * window.millis / 1_000;
        assertThat(window.passed.bytesThere()).as("bytes: %s", window).isLessThan(limit);
        assertThat(window.passed.bytesBack()).as("bytes: %s", window).isLessThan(limit);
        assertThat(connections()).as("connections").isEqualTo(connections);
    }

    /** What passed in what time. */
    private record Window(long millis, Relay.Traffic passed) {}

    /** Waits until a number of heartbeats have passed in each direction. */
    private Window heartbeats() {
        Relay.Traffic start = cables.traffic("hall", "attic");
        long began = System.nanoTime();
        await("heartbeats").atMost(RealNetwork.SOON.multipliedBy(2)).until(() -> {
            Relay.Traffic passed = cables.traffic("hall", "attic").minus(start);
            return Math.min(passed.piecesThere(), passed.piecesBack()) >= HEARTBEATS;
        });
        long millis = Duration.ofNanos(System.nanoTime() - began).toMillis();
        return new Window(millis, cables.traffic("hall", "attic").minus(start));
    }

    private int connections() {
        return cables.all().stream().mapToInt(Relay::connections).sum();
    }

    /** Every file of the units, with when it was changed and a hash of what is in it. */
    private Map<String, String> files() {
        Map<String, String> files = new TreeMap<>();
        for (String name : NAMES) {
            Path data = network.unit(name).data();
            try (Stream<Path> all = Files.walk(data)) {
                for (Path file : all.filter(Files::isRegularFile).toList()) {
                    files.put(
                            name + "/" + data.relativize(file),
                            Files.getLastModifiedTime(file) + " " + Arrays.hashCode(Files.readAllBytes(file)));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return files;
    }
}
