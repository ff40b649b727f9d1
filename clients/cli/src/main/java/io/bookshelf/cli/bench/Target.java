package io.bookshelf.cli.bench;

import java.net.URI;
import java.net.URISyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * The broker to measure.
 *
 * @param v5 speak MQTT 5 rather than 3.1.1
 * @param user the user name, null for none
 * @param password the password, null for none
 */
record Target(
        String host,
        int port,
        boolean v5,
        @Nullable String user,
        @Nullable String password) {
    /**
     * Reads {@code mqtt://HOST:PORT}.
     *
     * @throws BenchException if the text is anything else
     */
    static Target parse(String url, boolean v5, @Nullable String user, @Nullable String password) {
        URI uri;
        try {
            uri = new URI(url);
        } catch (URISyntaxException e) {
            throw new BenchException("not a URL: " + url + "; write it as mqtt://HOST:PORT", e);
        }
        String host = uri.getHost();
        if (!"mqtt".equals(uri.getScheme()) || host == null) {
            throw new BenchException(
                    "the benchmark speaks MQTT over plain TCP: name the broker as mqtt://HOST:PORT, not " + url);
        }
        if (password != null && user == null) {
            throw new BenchException("a password needs a user name: give --user too");
        }
        String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        return new Target(bare, uri.getPort() < 0 ? 1883 : uri.getPort(), v5, user, password);
    }

    /** What a message to a person calls it. */
    String name() {
        return (host.indexOf(':') >= 0 ? '[' + host + ']' : host) + ':' + port;
    }
}
