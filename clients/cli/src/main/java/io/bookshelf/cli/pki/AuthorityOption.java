package io.bookshelf.cli.pki;

import io.bookshelf.pki.AuthorityFolder;
import java.nio.file.Path;
import java.time.InstantSource;
import picocli.CommandLine.Option;

/** Which authority a command works with. */
final class AuthorityOption {
    @Option(names = "--dir", required = true, paramLabel = "DIR", description = "The authority's folder.")
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private Path dir;

    Path dir() {
        return dir;
    }

    AuthorityFolder open() {
        return AuthorityFolder.open(dir, InstantSource.system());
    }
}
