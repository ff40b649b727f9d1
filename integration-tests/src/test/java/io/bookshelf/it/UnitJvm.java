package io.bookshelf.it;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
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

    /** The same with as little memory as the launcher's profile {@code small} gives it. */
    static List<String> small() {
        List<String> command = new ArrayList<>(command());
        command.replaceAll(flag -> flag.startsWith("-Xmx") ? "-Xmx48m" : flag);
        command.replaceAll(flag -> flag.startsWith("-Xms") ? "-Xms8m" : flag);
        command.replaceAll(flag -> flag.startsWith("-XX:MaxDirect") ? "-XX:MaxDirectMemorySize=16m" : flag);
        command.replaceAll(flag -> flag.endsWith("numDirectArenas=2") ? flag.replace("=2", "=1") : flag);
        return command;
    }

    private static List<String> command(List<String> more) {
        List<String> command = new ArrayList<>(List.of(java()));
        command.addAll(FLAGS);
        command.addAll(more);
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
