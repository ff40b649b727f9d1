package io.bookshelf.node;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How certificates are kept and judged.
 *
 * @param signer {@code HOST:PORT} where this unit's certificate is renewed, null for nowhere
 * @param expiredFor how long a listed unit is let in after its certificate has expired; null for ever
 */
public record CertificateSettings(
        @Nullable String signer, @Nullable Duration expiredFor) {
    /** Nobody signs, and an expired certificate of a listed unit only warns. */
    public static final CertificateSettings DEFAULTS = new CertificateSettings(null, null);
}
