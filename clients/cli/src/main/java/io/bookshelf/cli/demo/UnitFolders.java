package io.bookshelf.cli.demo;

import io.bookshelf.broker.peer.PeerIdentity.Role;
import io.bookshelf.node.NodeException;
import io.bookshelf.pki.AuthorityFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** What the units of a demo find on the disk: each has a folder with its settings, certificate, peers, store and log. */
final class UnitFolders {
    static final List<String> NAMES = List.of(
            "hall",
            "attic",
            "kitchen",
            "cellar",
            "study",
            "porch",
            "garage",
            "bedroom",
            "nursery",
            "bath",
            "pantry",
            "landing",
            "workshop",
            "balcony",
            "garden",
            "shed",
            "library",
            "lounge",
            "laundry",
            "loft",
            "stairs",
            "terrace",
            "greenhouse",
            "gatehouse");

    private static final int DAYS = 7;

    private final Path root;
    private final AuthorityFolder authority;

    /** Makes the network's authority. */
    UnitFolders(Path root) {
        this.root = root;
        this.authority = AuthorityFolder.init(root.resolve("authority"), "demo", InstantSource.system());
    }

    /**
     * Makes a unit's folder.
     *
     * @param peers where it reaches each of the others: ports on loopback
     */
    Path make(String unit, Map<String, Integer> peers) {
        Path folder = root.resolve(unit);
        authority.issue(Role.UNIT, unit, DAYS, folder.resolve("pki"), null);
        StringBuilder toml = new StringBuilder();
        peers.forEach(
                (peer, port) -> toml.append("[units.%s]%naddresses = [\"127.0.0.1:%d\"]%n".formatted(peer, port)));
        try {
            Files.writeString(folder.resolve("peers.toml"), toml);
            // A file of its own, so that no settings of the user's count; one machine has one clock.
            Files.writeString(folder.resolve("bookshelf.toml"), "[clock]\ntrust = \"always\"\n");
        } catch (IOException e) {
            throw new NodeException("cannot write in " + folder + " (" + e.getMessage() + "): make room there, or set"
                    + " another temporary folder with BOOKSHELF_JAVA_OPTS=-Djava.io.tmpdir=DIR");
        }
        return folder;
    }
}
