package io.bookshelf.broker.web;

import io.bookshelf.broker.peer.Peer;
import io.bookshelf.broker.peer.RefusalLog;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves a connection of the web port: a few pages, and at {@code /mqtt} the WebSocket that carries MQTT.
 *
 * <p>After the upgrade the pipeline holds plain bytes in both directions, as behind a TCP socket. Nothing is buffered on
 * the way out, so that {@code channel.isWritable()} means what it says. Compression of WebSocket messages is not offered.
 */
public final class WebPipeline {
    private static final Logger log = LoggerFactory.getLogger(WebPipeline.class);
    private static final int LINE_BYTES = 4_096;
    private static final int HEADER_BYTES = 8_192;

    private final RefusalLog refusals = new RefusalLog(System::nanoTime, line -> log.info("{}", line));
    private final WebConfig config;
    private final RequestGuard guard;
    private final Pages pages;
    private final SignInPages signIn;
    private final Upgraded mqtt;

    /** Without sign-in and TLS. */
    WebPipeline(WebConfig config, WebContent content, Consumer<ChannelPipeline> mqtt) {
        this(
                config,
                content,
                new SignInPages(content.unit(), null, () -> true),
                Set::of,
                (pipeline, peer) -> mqtt.accept(pipeline));
    }

    /** @param ownNames hosts, at any port, that are this unit's too; asked at each request */
    public WebPipeline(
            WebConfig config, WebContent content, SignInPages signIn, Supplier<Set<String>> ownNames, Upgraded mqtt) {
        this.config = config;
        this.guard = new RequestGuard(config.hosts(), config.origins(), ownNames);
        this.pages = new Pages(content);
        this.signIn = signIn;
        this.mqtt = mqtt;
    }

    /**
     * Installs HTTP at the end of a pipeline, behind TLS where there is any.
     *
     * @param local the address at which this connection arrived
     */
    public void install(ChannelPipeline pipeline, InetSocketAddress local) {
        install(pipeline, local, null);
    }

    /**
     * The same.
     *
     * @param peer who proved by certificate to be at the other end, null for anybody else
     */
    public void install(ChannelPipeline pipeline, InetSocketAddress local, @Nullable Peer peer) {
        HttpDecoderConfig http = new HttpDecoderConfig()
                .setMaxInitialLineLength(LINE_BYTES)
                .setMaxHeaderSize(HEADER_BYTES)
                .setMaxChunkSize(RequestAggregator.BODY_BYTES);
        String scheme = pipeline.get(SslHandler.class) == null ? "http" : "https";
        RequestDeadline deadline = new RequestDeadline(config.connectSeconds());
        WebSocketUpgrade upgrade =
                new WebSocketUpgrade(refusals, config.frameBytes(), upgraded -> mqtt.install(upgraded, peer));
        pipeline.addLast(RequestDeadline.NAME, deadline);
        // The encoder first: the WebSocket decoder that takes the second place answers bad frames itself.
        pipeline.addLast(WebSocketUpgrade.ENCODER, new HttpResponseEncoder());
        pipeline.addLast(WebSocketUpgrade.DECODER, new HttpRequestDecoder(http));
        pipeline.addLast(new HttpServerKeepAliveHandler());
        pipeline.addLast(new RequestAggregator());
        pipeline.addLast(new HttpHandler(refusals, guard, scheme, local, pages, signIn, peer, upgrade, deadline));
    }
}
