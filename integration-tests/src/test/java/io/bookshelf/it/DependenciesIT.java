package io.bookshelf.it;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every jar that ships is one that somebody looked at: its coordinates and its checksum are in a list. {@code
 * -Dbookshelf.dependencies=write} writes the list anew.
 */
final class DependenciesIT {
    private static final String OWN = "bookshelf-";
    private static final Path LIST = Path.of("src/test/resources/io/bookshelf/it/dependencies.txt");

    /** The class path that the command's jar names, in the folder beside it. */
    private static List<Path> shipped() throws IOException {
        Path target = Path.of("../clients/cli/target");
        Path jar;
        try (Stream<Path> files = Files.list(target)) {
            jar = files.filter(
                            file -> file.getFileName().toString().matches("bookshelf-cli-.*(?<!sources|tests)\\.jar"))
                    .findFirst()
                    .orElseThrow();
        }
        try (JarFile command = new JarFile(jar.toFile())) {
            String path =
                    requireNonNull(command.getManifest()).getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
            return Stream.of(path.split(" ")).map(target::resolve).toList();
        }
    }

    /** {@code group:artifact:version}, with the classifier if it has one, from where it lies in the local repository. */
    private static String coordinates(Path file) throws IOException {
        String name = file.getFileName().toString();
        Path repository = Path.of(requireNonNull(System.getProperty("bookshelf.repository")));
        List<Path> found = new ArrayList<>();
        for (String each : requireNonNull(System.getProperty("java.class.path")).split(":")) {
            Path jar = Path.of(each);
            if (jar.startsWith(repository) && jar.endsWith(name)) {
                found.add(repository.relativize(jar));
            }
        }
        assertThat(found).as("%s on the class path of the tests", name).hasSize(1);
        Path jar = found.getFirst();
        int names = jar.getNameCount();
        String version = jar.getName(names - 2).toString();
        String artifact = jar.getName(names - 3).toString();
        String group = jar.subpath(0, names - 3).toString().replace('/', '.');
        String usual = artifact + "-" + version;
        String classifier =
                name.substring(usual.length(), name.length() - ".jar".length()).replace('-', ':');
        return group + ":" + artifact + ":" + version + classifier;
    }

    private static String checksum(Path file) throws IOException, GeneralSecurityException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    }

    @Test
    void everyJarThatShipsIsInTheListWithItsChecksum() throws Exception {
        List<String> lines = new ArrayList<>();
        for (Path file : shipped()) {
            if (!file.getFileName().toString().startsWith(OWN)) {
                lines.add(coordinates(file) + " " + checksum(file));
            }
        }
        lines.sort(null);
        if ("write".equals(System.getProperty("bookshelf.dependencies"))) {
            Files.write(LIST, lines);
        }
        assertThat(lines).isNotEmpty().isEqualTo(Files.readAllLines(LIST));
    }
}
