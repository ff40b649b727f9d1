package io.bookshelf.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import io.bookshelf.catalogue.Catalogue;
import io.bookshelf.catalogue.KeyDescription;
import io.bookshelf.catalogue.KeyDescription.Sensitivity;
import io.bookshelf.catalogue.KeyDescription.Type;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CatalogueFilesTest {
    @TempDir
    private Path folder;

    private Path file(String name, String pattern, String says) throws IOException {
        return Files.writeString(folder.resolve(name), """
                [[keys]]
                pattern = "%s"
                says = "%s"
                type = "text"
                owner = "app"
                sensitivity = "public"
                example = "on"
                """.formatted(pattern, says));
    }

    @Test
    void whatComesWithBookshelfIsWholeAndItsPasswordsAreSecret() throws IOException {
        Catalogue own = CatalogueFiles.own();
        for (String key : List.of("private/wifi/home/password", "local/bookshelf/pairing")) {
            assertThat(own.find(key).orElseThrow().sensitivity()).as(key).isEqualTo(Sensitivity.SECRET);
        }
        for (String key : List.of(
                "private/wifi/guest/name",
                "private/wifi/guest/enabled",
                "clients/hall/02:00:00:00:00:01",
                "presence/hall",
                "lease/firmware",
                "leader/steering/hall",
                "count/joined/hall",
                "set/blocked/hall/02:00:00:00:00:01",
                "rollout/channel/plan",
                "rollout/channel/ready/hall",
                "services/dns/hall",
                "bookshelf/units/hall",
                "bookshelf/crl/0123/7",
                "bookshelf/phones/0123")) {
            assertThat(own.find(key)).as(key).isPresent();
        }
        for (KeyDescription each : own.descriptions()) {
            assertThat(each.says()).endsWith(".");
            if (each.type() == Type.JSON) {
                try (JsonParser parser = new JsonFactory().createParser(each.example())) {
                    while (parser.nextToken() != null) {
                        assertThat(parser.currentToken()).isNotNull();
                    }
                }
            }
        }
    }

    @Test
    void aFileOfAVendorsOwnAddsToItAndCountsBeforeIt() throws IOException {
        Catalogue both = CatalogueFiles.read(List.of(
                file("a.keys.toml", "vendor/{x}", "Ours."), file("b.keys.toml", "presence/{daemon}", "Ours too.")));
        assertThat(both.find("vendor/1").orElseThrow().says()).isEqualTo("Ours.");
        assertThat(both.find("presence/1").orElseThrow().says()).isEqualTo("Ours too.");
        assertThat(both.descriptions())
                .hasSize(CatalogueFiles.own().descriptions().size() + 1);
    }

    @Test
    void aMistakeNamesItsFile() throws IOException {
        Path one = file("one.keys.toml", "vendor/{x}", "Ours.");
        Path same = file("same.keys.toml", "vendor/{y}", "Ours.");
        Path wrong = file("wrong.keys.toml", "{x}", "Ours.");
        Path absent = folder.resolve("absent.keys.toml");
        Path noText = Files.write(folder.resolve("bytes.keys.toml"), new byte[] {(byte) 0xff});
        refused(List.of(one, same), same + ": vendor/{y} is described in " + one + " already: leave one out");
        refused(List.of(wrong), wrong + ": keys, number 1: the pattern \"{x}\" must begin with a fixed level");
        refused(List.of(absent), "there is no file " + absent);
        refused(List.of(noText), noText + " is not UTF-8 text");
    }

    private static void refused(List<Path> files, String sentence) {
        assertThatExceptionOfType(NodeException.class)
                .isThrownBy(() -> CatalogueFiles.read(files))
                .withMessageStartingWith(sentence);
    }
}
