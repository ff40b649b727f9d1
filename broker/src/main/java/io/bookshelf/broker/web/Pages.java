package io.bookshelf.broker.web;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.Objects;

/** The pages of the web port, the app's files first; each is a whole answer to GET or HEAD. */
final class Pages {
    private static final String JSON = "application/json; charset=utf-8";
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

    private final WebContent content;
    private final String index = new String(resource("index.html"), UTF_8);
    private final byte[] style = resource("style.css");
    private final byte[] icon = resource("icon.svg");

    Pages(WebContent content) {
        this.content = content;
    }

    FullHttpResponse answer(HttpMethod method, String path, HttpHeaders headers) {
        StaticFiles.File file = content.app().at(path);
        boolean known = file != null
                || switch (path) {
                    case "/", "/style.css", "/icon.svg", "/healthz", "/metrics", WebSocketUpgrade.PATH -> true;
                    default -> false;
                };
        if (!known) {
            return Responses.sentence(HttpResponseStatus.NOT_FOUND, "There is nothing at this address; try /.");
        }
        if (!method.equals(HttpMethod.GET) && !method.equals(HttpMethod.HEAD)) {
            FullHttpResponse response = Responses.sentence(
                    HttpResponseStatus.METHOD_NOT_ALLOWED, "This page can only be read; write through MQTT.");
            response.headers().set(HttpHeaderNames.ALLOW, "GET, HEAD");
            return response;
        }
        return file == null ? page(path) : file.answer(headers);
    }

    private FullHttpResponse page(String path) {
        return switch (path) {
            case "/" -> Responses.of(HttpResponseStatus.OK, "text/html; charset=utf-8", index());
            case "/style.css" -> Responses.of(HttpResponseStatus.OK, "text/css; charset=utf-8", style);
            case "/icon.svg" -> Responses.of(HttpResponseStatus.OK, "image/svg+xml", icon);
            case "/healthz" -> health();
            case "/metrics" ->
                Responses.of(
                        HttpResponseStatus.OK,
                        PROMETHEUS,
                        content.metrics().get().getBytes(UTF_8));
            default -> WebSocketUpgrade.upgradeRequired();
        };
    }

    private FullHttpResponse health() {
        WebContent.Health health = content.health().get();
        HttpResponseStatus status = health.writable() ? HttpResponseStatus.OK : HttpResponseStatus.SERVICE_UNAVAILABLE;
        return Responses.of(status, JSON, (health.json() + "\n").getBytes(UTF_8));
    }

    private byte[] index() {
        InetSocketAddress mqtt = content.mqtt().get();
        String host = mqtt.getAddress() == null
                ? mqtt.getHostString()
                : NetUtil.bytesToIpAddress(mqtt.getAddress().getAddress());
        return index.replace("{{host}}", escape(host))
                .replace("{{port}}", Integer.toString(mqtt.getPort()))
                .replace("{{unit}}", escape(content.unit()))
                .getBytes(UTF_8);
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private static byte[] resource(String name) {
        try (InputStream in = Objects.requireNonNull(Pages.class.getResourceAsStream(name), name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + name + " from the program's own files", e);
        }
    }
}
