package io.bookshelf.broker.web;

import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A web origin in one spelling. The port of a scheme without a known one is 0. */
record Origin(String scheme, Authority authority) {
    private static final Pattern SCHEME = Pattern.compile("[a-z][a-z0-9+.-]*");

    /** Reads {@code scheme://host[:port]}; null if it is anything else, such as {@code null}. */
    static @Nullable Origin parse(String text) {
        int colon = text.indexOf("://");
        if (colon < 0) {
            return null;
        }
        String scheme = text.substring(0, colon).toLowerCase(Locale.ROOT);
        Authority authority = Authority.parse(text.substring(colon + 3), defaultPort(scheme));
        return authority == null || !SCHEME.matcher(scheme).matches() ? null : new Origin(scheme, authority);
    }

    /** The port that an authority without one means. */
    static int defaultPort(String scheme) {
        return switch (scheme) {
            case "http" -> 80;
            case "https" -> 443;
            default -> 0;
        };
    }
}
