package io.bookshelf.node;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Properties;

/**
 * What the build wrote into the jar.
 *
 * @param version Bookshelf's version
 * @param built no clock can rightly be before this
 */
public record Build(String version, Instant built) {
    /** No stamp can rightly be later than the build by more than this. */
    static final Duration POSSIBLE = Duration.ofDays(50 * 365L);

    /** This build. */
    public static Build current() {
        try (InputStream in = Build.class.getResourceAsStream("build.properties")) {
            if (in == null) {
                throw new IllegalStateException("build.properties is missing from the jar");
            }
            Properties properties = new Properties();
            properties.load(in);
            return new Build(properties.getProperty("version"), Instant.parse(properties.getProperty("built")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
