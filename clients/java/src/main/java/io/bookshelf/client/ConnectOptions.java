package io.bookshelf.client;

import io.bookshelf.client.wire.Address;
import io.bookshelf.client.wire.PkiFolder;
import io.bookshelf.client.wire.WireMessage;
import io.bookshelf.client.wire.WireSettings;
import io.bookshelf.schema.ValueProperties;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * How to connect; made by {@link Bookshelf#at}. Immutable.
 *
 * {@snippet class="io.bookshelf.client.examples.ClientExamples" region="certificate" :
 * // @start region="certificate"
 * // url is such as mqtts://hall.home:8883, folder is what bookshelf pki issue has made
 * Bookshelf shelf = Bookshelf.at(url)
 *         .pki(folder)
 *         .timeout(Duration.ofSeconds(5))
 *         .patience(Duration.ofMinutes(1))
 *         .connect();
 * // @end
 * }
 */
public final class ConnectOptions {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int KEEP_ALIVE_SECONDS = 20;

    private final WireSettings wire;
    private final Duration timeout;
    private final Duration patience;

    private ConnectOptions(WireSettings wire, Duration timeout, Duration patience) {
        this.wire = wire;
        this.timeout = timeout;
        this.patience = patience;
    }

    static ConnectOptions of(String url) {
        WireSettings wire =
                new WireSettings(Address.parse(url), null, null, null, "", TIMEOUT, KEEP_ALIVE_SECONDS, null);
        return new ConnectOptions(wire, TIMEOUT, Duration.ZERO);
    }

    /**
     * The certificate to show, and the authority whose units are trusted.
     *
     * @param folder with ca.pem, cert.pem and key.pem, as {@code bookshelf pki issue} makes it
     * @throws IllegalArgumentException with a sentence if the folder cannot be used
     */
    public ConnectOptions pki(Path folder) {
        return with(PkiFolder.read(folder), wire.user(), wire.password(), wire.clientId(), wire.will());
    }

    /** User name and password, for listeners that ask for them. */
    public ConnectOptions login(String user, String password) {
        byte[] bytes = password.getBytes(StandardCharsets.UTF_8);
        return with(wire.pki(), user, bytes, wire.clientId(), wire.will());
    }

    /** MQTT's client id; by default a random one for each connection. Of two clients with the same one, the unit keeps the newer. */
    public ConnectOptions clientId(String id) {
        return with(wire.pki(), wire.user(), wire.password(), id, wire.will());
    }

    /**
     * What the unit writes when this client is gone without {@link Bookshelf#close}; kept by the unit from the moment of
     * connecting on, also across its restart.
     *
     * @param value empty: the key is deleted then
     */
    public ConnectOptions will(String key, byte[] value) {
        WireMessage will = new WireMessage(key, value.clone(), true, 1, -1, ValueProperties.NONE);
        return with(wire.pki(), wire.user(), wire.password(), wire.clientId(), will);
    }

    /** How long anything may take before it fails; 10 s by default. */
    public ConnectOptions timeout(Duration longest) {
        if (longest.isNegative() || longest.isZero()) {
            throw new IllegalArgumentException("a time-out is longer than 0, not " + longest);
        }
        WireSettings bounded = new WireSettings(
                wire.address(),
                wire.pki(),
                wire.user(),
                wire.password(),
                wire.clientId(),
                longest,
                wire.keepAliveSeconds(),
                wire.will());
        return new ConnectOptions(bounded, longest, patience);
    }

    /**
     * How long the first connection is tried for while nobody answers: for daemons that start beside their unit. By default
     * the first failure counts. Once connected, a client comes back by itself however long it takes.
     */
    public ConnectOptions patience(Duration longest) {
        return new ConnectOptions(wire, timeout, longest);
    }

    private ConnectOptions with(
            @Nullable PkiFolder pki,
            @Nullable String user,
            byte @Nullable [] password,
            String clientId,
            @Nullable WireMessage will) {
        return new ConnectOptions(
                new WireSettings(
                        wire.address(),
                        pki,
                        user,
                        password,
                        clientId,
                        wire.connectTimeout(),
                        wire.keepAliveSeconds(),
                        will),
                timeout,
                patience);
    }

    /**
     * Connects.
     *
     * @throws UnreachableException if nobody answers
     * @throws RefusedException if the unit does not let this client in
     */
    public Bookshelf connect() {
        return Futures.join(connectAsync());
    }

    /** Connects; fails as {@link #connect} does. */
    public CompletableFuture<Bookshelf> connectAsync() {
        Engine engine = new Engine(named());
        return engine.start().thenApply(started -> new Bookshelf(engine, this));
    }

    /** With a client id: a random one where none was asked for, so that the same options serve any number of clients. */
    ConnectOptions named() {
        return wire.clientId().isEmpty()
                ? clientId("bookshelf-" + UUID.randomUUID().toString().substring(0, 13))
                : this;
    }

    WireSettings wire() {
        return wire;
    }

    Duration timeout() {
        return timeout;
    }

    Duration patience() {
        return patience;
    }
}
