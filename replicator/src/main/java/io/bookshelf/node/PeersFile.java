package io.bookshelf.node;

import com.electronwill.nightconfig.core.UnmodifiableConfig;
import com.electronwill.nightconfig.core.io.ParsingException;
import com.electronwill.nightconfig.toml.TomlParser;
import io.bookshelf.link.PeerAddress;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads a {@code peers.toml}: a table {@code [units.<id>]} for each unit, with its {@code addresses}. */
final class PeersFile {
    private static final Pattern UNIT_ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");
    private static final long LARGEST = 1024 * 1024;
    private static final int MOST_ADDRESSES = 16;

    private final Path file;

    private PeersFile(Path file) {
        this.file = file;
    }

    /**
     * The addresses of the units in a file.
     *
     * @throws NodeException if it is not one; the message is a sentence that says what to do
     */
    static Map<String, List<PeerAddress>> read(Path file) {
        return new PeersFile(file).units();
    }

    /** True if a unit may have this name. */
    static boolean isUnitId(String name) {
        return UNIT_ID.matcher(name).matches();
    }

    private Map<String, List<PeerAddress>> units() {
        UnmodifiableConfig root = parse(text());
        onlyHas(root, "", Set.of("units"));
        Map<String, List<PeerAddress>> units = new TreeMap<>();
        Object table = root.valueMap().get("units");
        if (table == null) {
            return units;
        }
        if (!(table instanceof UnmodifiableConfig all)) {
            throw mistake("units must be tables: write [units.hall] on a line of its own");
        }
        all.valueMap().forEach((id, each) -> {
            if (!isUnitId(id)) {
                throw mistake(
                        "units." + id + " must be named as a unit is: letters, digits, dots, dashes, underscores");
            }
            if (!(each instanceof UnmodifiableConfig unit)) {
                throw mistake("units." + id + " must be a table: write [units." + id + "] on a line of its own");
            }
            onlyHas(unit, "units." + id + ".", Set.of("addresses"));
            units.put(
                    id, addresses("units." + id + ".addresses", unit.valueMap().get("addresses")));
        });
        return units;
    }

    private String text() {
        try {
            if (Files.size(file) > LARGEST) {
                throw mistake("is larger than a list of peers can be (1 MiB)");
            }
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new NodeException("there is no file " + file + ": make it, or name another with --peers");
        } catch (IOException e) {
            throw new NodeException(
                    "cannot read " + file + " (" + e.getMessage() + "): make it a readable file of text");
        }
    }

    private UnmodifiableConfig parse(String text) {
        // The parser takes the end of the file in place of the end of its last line for a mistake.
        Lines reader = new Lines(text + "\n");
        try {
            return new TomlParser().parse(reader);
        } catch (RuntimeException | StackOverflowError e) {
            // The parser's own failures on odd input are as much the file's fault as those that it reports.
            String reason = e instanceof ParsingException ? String.valueOf(e.getMessage()) : "this is not TOML";
            throw mistake("line " + reader.line + ": " + reason.strip().replaceAll("\\p{Cntrl}", " "));
        }
    }

    private void onlyHas(UnmodifiableConfig table, String path, Set<String> known) {
        for (String name : table.valueMap().keySet()) {
            if (!known.contains(name)) {
                throw mistake(path + name + " is no setting; known here is " + String.join(", ", known));
            }
        }
    }

    private List<PeerAddress> addresses(String name, @Nullable Object value) {
        if (!(value instanceof List<?> list) || list.size() > MOST_ADDRESSES) {
            throw mistake(
                    name + " must be a list of at most " + MOST_ADDRESSES + " texts, such as [\"hall.home:8883\"]");
        }
        List<PeerAddress> addresses = new ArrayList<>();
        for (Object each : list) {
            try {
                addresses.add(PeerAddress.parse(String.valueOf(each)));
            } catch (IllegalArgumentException e) {
                throw mistake(name + " " + e.getMessage());
            }
        }
        return List.copyOf(addresses);
    }

    /** Knows on which line the last character that was read stands. */
    private static final class Lines extends StringReader {
        private int line = 1;
        private boolean atEnd;

        Lines(String text) {
            super(text);
        }

        @Override
        public int read() throws IOException {
            line += atEnd ? 1 : 0;
            int character = super.read();
            atEnd = character == '\n';
            return character;
        }

        @Override
        public int read(char[] into, int offset, int length) throws IOException {
            int character = length == 0 ? -1 : read();
            if (character >= 0) {
                into[offset] = (char) character;
            }
            return character < 0 ? -1 : 1;
        }
    }

    private NodeException mistake(String what) {
        return new NodeException(file + ": " + what);
    }
}
