package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The JVM of a unit under test: the launcher's standard profile, but for the heap. Units are started by the hundred, so where
 * they run from jars, the first one leaves a cache of loaded classes to the others.
 */
final class UnitJvm {
    private static final List<String> FLAGS = List.of(
            "-XX:+UseSerialGC",
            "-XX:+UseCompactObjectHeaders",
            "-XX:-UsePerfData",
            "-XX:+ExitOnOutOfMemoryError",
            "-XX:TieredStopAtLevel=1",
            "-Xms16m",
            "-Xmx" + System.getProperty("bookshelf.it.heap", "128m"),
            "-XX:MaxDirectMemorySize=64m",
            "-Dio.netty.noPreferDirect=true",
            "-Dio.netty.allocator.numHeapArenas=0",
            "-Dio.netty.allocator.numDirectArenas=2",
            "-Dio.netty.allocator.maxOrder=3",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow");

    /** A cache knows jars only; where the classes come from folders, there is none. */
    private static final List<String> JARS = Stream.of(
                    System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> entry.endsWith(".jar"))
            .toList();

    private static final @Nullable Path CACHE = isPackaged() ? fill() : null;

    private UnitJvm() {}

    private static boolean isPackaged() {
        return JARS.stream()
                .anyMatch(jar -> Path.of(jar).getFileName().toString().startsWith("bookshelf-cli"));
    }

    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** Runs the command line; its arguments follow. */
    static List<String> command() {
        return CACHE == null ? command(List.of()) : command(List.of("-XX:AOTCache=" + CACHE));
    }

    private static List<String> command(List<String> more) {
        List<String> flags = new ArrayList<>(FLAGS);
        flags.addAll(more);
        return running(flags);
    }

    /** The same with the profile {@code small}, whose flags are taken from the launcher. */
    static List<String> small() {
        try {
            String launcher = Files.readString(Path.of("..", "bookshelf"));
            List<String> flags = new ArrayList<>();
            for (String part : List.of("common=", "unit=", "small\\) flags=")) {
                Matcher words =
                        Pattern.compile("(?m)^ *" + part + "\"([^\"]*)\"").matcher(launcher);
                assertThat(words.find()).as(part).isTrue();
                flags.addAll(List.of(words.group(1).replace("$unit", "").strip().split("\\s+")));
            }
            assertThat(flags).contains("-Xmx48m");
            flags.add("--enable-native-access=ALL-UNNAMED");
            return running(flags);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> running(List<String> flags) {
        List<String> command = new ArrayList<>(List.of(java()));
        command.addAll(flags);
        String classPath = isPackaged() ? String.join(File.pathSeparator, JARS) : System.getProperty("java.class.path");
        command.addAll(List.of("-cp", classPath, "io.bookshelf.cli.Main"));
        return command;
    }

    /** Has a unit start, serve a client and stop, and what it has loaded written down. */
    private static Path fill() {
        Units units = Units.perClass();
        try {
            Path parent = Files.createDirectories(Path.of("target", "it").toAbsolutePath());
            Path cache = Files.createTempFile(parent, "unit", ".aot");
            cache.toFile().deleteOnExit();
            UnitProcess unit = units.caring(new UnitProcess(units.folder(), ""));
            unit.start(command(List.of("-XX:AOTCacheOutput=" + cache)));
            try (RawMqtt client = RawMqtt.connected(unit.mqtt(), Connect.v5("first"))) {
                client.put("first", "1");
                client.snapshot(1, "#");
            }
            unit.process().destroy();
            if (!unit.process().waitFor(120, TimeUnit.SECONDS) || Files.size(cache) == 0) {
                throw new AssertionError("no cache of classes was made\n" + unit.log());
            }
            return cache;
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        } finally {
            units.end();
        }
    }
}
