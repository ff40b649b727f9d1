package io.bookshelf.broker.web;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.bookshelf.broker.peer.RefusalLog;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameEncoder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The opening handshake of RFC 6455.
 *
 * <p>Netty's own handshaker leaves the HTTP decoder behind the frame decoder until the response is out, so that frames
 * which came along with the request pass the frame decoder by. Here the decoders change places as the last step.
 */
final class WebSocketUpgrade {
    static final String PATH = "/mqtt";
    static final String DECODER = "decoder";
    static final String ENCODER = "encoder";

    private static final List<String> PROTOCOLS = List.of("mqtt", "mqttv3.1");
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private final RefusalLog refusals;
    private final int frameBytes;
    private final Consumer<ChannelPipeline> mqtt;

    WebSocketUpgrade(RefusalLog refusals, int frameBytes, Consumer<ChannelPipeline> mqtt) {
        this.refusals = refusals;
        this.frameBytes = frameBytes;
        this.mqtt = mqtt;
    }

    /** The answer to a request that cannot be upgraded, or null if it can. */
    @Nullable
    FullHttpResponse problemWith(FullHttpRequest request) {
        HttpHeaders headers = request.headers();
        if (!request.protocolVersion().equals(HttpVersion.HTTP_1_1)
                || !headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)
                || !headers.containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)) {
            return upgradeRequired();
        }
        if (!headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_VERSION).equals(List.of("13"))) {
            return upgradeRequired("Only version 13 of WebSocket is spoken here.");
        }
        if (!hasKey(headers)) {
            return bad("The handshake needs one Sec-WebSocket-Key of 16 bytes in base64.");
        }
        return protocol(headers) == null ? bad("Sec-WebSocket-Protocol must offer mqtt or mqttv3.1.") : null;
    }

    /** Accepts a request that has no problem, and makes the connection one of plain bytes for MQTT. */
    void upgrade(ChannelHandlerContext ctx, FullHttpRequest request) {
        ChannelPipeline pipeline = ctx.pipeline();
        ctx.writeAndFlush(accepted(request.headers()));
        pipeline.remove(RequestDeadline.NAME);
        pipeline.remove(HttpServerKeepAliveHandler.class);
        pipeline.remove(RequestAggregator.class);
        pipeline.replace(ENCODER, "webSocketEncoder", new WebSocket13FrameEncoder(false));
        pipeline.replace(ctx.name(), "webSocketFrames", new FrameAdapter(refusals));
        mqtt.accept(pipeline);
        ChannelHandlerContext adapter = pipeline.context(FrameAdapter.class);
        adapter.fireChannelActive();
        pipeline.replace(DECODER, "webSocketDecoder", new FrameDecoder(frameBytes));
    }

    private static FullHttpResponse accepted(HttpHeaders request) {
        FullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS);
        String key = request.get(HttpHeaderNames.SEC_WEBSOCKET_KEY, "");
        String protocol = protocol(request);
        response.headers()
                .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET)
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE)
                .set(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT, accept(key.trim()))
                .set(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, protocol == null ? PROTOCOLS.getFirst() : protocol);
        return response;
    }

    /** The first protocol of the client's list that is spoken here. */
    private static @Nullable String protocol(HttpHeaders headers) {
        for (String offered : headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL)) {
            for (String name : offered.split(",", -1)) {
                if (PROTOCOLS.contains(name.trim())) {
                    return name.trim();
                }
            }
        }
        return null;
    }

    private static boolean hasKey(HttpHeaders headers) {
        List<String> keys = headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_KEY);
        try {
            return keys.size() == 1
                    && Base64.getDecoder().decode(keys.getFirst().trim()).length == 16;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static String accept(String key) {
        try {
            // SHA-1 is what RFC 6455 asks for; it proves that WebSocket is understood, and nothing else.
            byte[] digest = MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(US_ASCII));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }

    /** The answer to whoever looks at the WebSocket's address without one. */
    static FullHttpResponse upgradeRequired() {
        return upgradeRequired("This is the WebSocket that carries MQTT; connect to it with an MQTT client.");
    }

    private static FullHttpResponse upgradeRequired(String sentence) {
        FullHttpResponse response = Responses.sentence(HttpResponseStatus.UPGRADE_REQUIRED, sentence);
        response.headers()
                .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET)
                .set(HttpHeaderNames.SEC_WEBSOCKET_VERSION, "13");
        return response;
    }

    private static FullHttpResponse bad(String sentence) {
        return Responses.sentence(HttpResponseStatus.BAD_REQUEST, sentence);
    }
}
