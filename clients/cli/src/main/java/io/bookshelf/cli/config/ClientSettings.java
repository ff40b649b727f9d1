package io.bookshelf.cli.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How commands reach a unit where no flag and no variable says it.
 *
 * @param url where
 * @param pki the folder of the certificate to show
 * @param user the user name to log in with
 * @param passwordFile a file whose first line is the password
 */
public record ClientSettings(
        @Nullable String url,
        @Nullable Path pki,
        @Nullable String user,
        @Nullable Path passwordFile) {
    /** Nothing said. */
    public static final ClientSettings NONE = new ClientSettings(null, null, null, null);
}
