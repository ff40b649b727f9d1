package io.bookshelf.cli.pki;

import picocli.CommandLine.Option;

/** How long certificates are made for. */
final class DaysOption {
    static final String DEFAULT = "365";

    @Option(
            names = "--days",
            defaultValue = DEFAULT,
            paramLabel = "N",
            description = "How long a certificate is good for (default: " + DEFAULT + ").")
    private int days;

    int days() {
        return days;
    }
}
