package io.bookshelf.node;

import io.bookshelf.catalogue.Catalogue;
import io.bookshelf.catalogue.CatalogueText;
import io.bookshelf.catalogue.KeyDescription;
import io.bookshelf.catalogue.KeyPattern;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads the catalogue of keys: the one that comes with Bookshelf, and files of a vendor's own. */
public final class CatalogueFiles {
    private static final String OWN = "bookshelf.keys.toml";
    private static final long LARGEST = 256 * 1024;

    private CatalogueFiles() {}

    /** The catalogue that comes with Bookshelf. */
    public static Catalogue own() {
        try (InputStream in = Catalogue.class.getResourceAsStream(OWN)) {
            if (in == null) {
                throw new IllegalStateException(OWN + " is missing beside the catalogue's classes");
            }
            return CatalogueText.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The catalogue that comes with Bookshelf, with what these files say besides; where both describe the same keys, the
     * files count.
     *
     * @throws NodeException if a file is not what it should be, or two of them describe the same keys
     */
    public static Catalogue read(List<Path> files) {
        Map<KeyPattern, Path> from = new HashMap<>();
        List<KeyDescription> all = new ArrayList<>();
        for (Path file : files) {
            for (KeyDescription description : parse(file).descriptions()) {
                for (Map.Entry<KeyPattern, Path> known : from.entrySet()) {
                    if (known.getKey().sameKeys(description.pattern())) {
                        throw new NodeException(file + ": " + description.pattern() + " is described in "
                                + known.getValue() + " already: leave one out");
                    }
                }
                all.add(description);
            }
            all.forEach(description -> from.putIfAbsent(description.pattern(), file));
        }
        return own().with(Catalogue.of(all));
    }

    private static Catalogue parse(Path file) {
        try {
            return CatalogueText.parse(text(file));
        } catch (IllegalArgumentException e) {
            throw new NodeException(file + ": " + e.getMessage());
        }
    }

    private static String text(Path file) {
        try {
            if (Files.size(file) > LARGEST) {
                throw new NodeException(file + " is larger than a catalogue of keys can be (256 KiB): make several");
            }
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new NodeException("there is no file " + file + ": make it, or take it out of the setting catalogue");
        } catch (CharacterCodingException e) {
            throw new NodeException(file + " is not UTF-8 text: save it as UTF-8");
        } catch (IOException e) {
            throw new NodeException(
                    "cannot read " + file + " (" + e.getMessage() + "): make it a readable file of text");
        }
    }
}
