package io.bookshelf.broker.web;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StaticFilesTest {
    private static final String SCRIPT = "/assets/main-4f2a.js";

    @TempDir
    Path folder;

    private final EmbeddedChannel channel = new EmbeddedChannel();

    @BeforeEach
    void serve() throws IOException {
        Path app = Files.createDirectories(folder.resolve("app"));
        Files.createDirectory(app.resolve("assets"));
        Files.writeString(app.resolve("files"), "index.html\nassets/main-4f2a.js\nicon-192.png\n");
        Files.writeString(app.resolve("index.html"), "<p>app");
        Files.write(app.resolve("assets/main-4f2a.js.gz"), gzip("run()"));
        Files.writeString(app.resolve("assets/main-4f2a.js.br"), "as brotli");
        Files.writeString(app.resolve("icon-192.png"), "png");
        WebContent plain = TestContent.healthy();
        WebContent content = new WebContent(plain.unit(), plain.mqtt(), plain.health(), plain.metrics(), load("app"));
        new WebPipeline(new WebConfig(10, 65_536, List.of(), List.of()), content, pipeline -> {})
                .install(channel.pipeline(), new InetSocketAddress("127.0.0.1", 8080));
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    @Test
    void servesTheAppInPlaceOfThePlainPage() {
        assertThat(get("/"))
                .startsWith("HTTP/1.1 200 ")
                .contains("content-type: text/html; charset=utf-8\r\n")
                .contains("cache-control: no-cache\r\n")
                .endsWith("\r\n\r\n<p>app");
        assertThat(get("/icon-192.png")).contains("content-type: image/png\r\n");
        assertThat(get("/healthz")).startsWith("HTTP/1.1 200 ").contains("application/json");
        assertThat(get("/files")).startsWith("HTTP/1.1 404 ");
        assertThat(get("/index.html")).startsWith("HTTP/1.1 404 ");
    }

    @Test
    void servesWhatTheClientCanUnpack() {
        assertThat(get(SCRIPT, "Accept-Encoding: gzip, deflate, br"))
                .contains("content-type: text/javascript; charset=utf-8\r\n")
                .contains("content-encoding: br\r\n")
                .contains("vary: accept-encoding\r\n")
                .endsWith("\r\n\r\nas brotli");
        assertThat(get(SCRIPT, "Accept-Encoding: br;q=0, gzip;q=0.5")).contains("content-encoding: gzip\r\n");
        assertThat(get(SCRIPT)).doesNotContain("content-encoding").endsWith("\r\n\r\nrun()");
    }

    @Test
    void letsBrowsersKeepWhatNeverChangesAndAskForTheRest() {
        assertThat(get(SCRIPT)).contains("cache-control: public, max-age=31536000, immutable\r\n");
        String tag = get("/").replaceAll("(?s).*etag: (\\S+)\r\n.*", "$1");
        assertThat(get("/", "If-None-Match: " + tag))
                .startsWith("HTTP/1.1 304 ")
                .endsWith("\r\n\r\n");
        assertThat(get("/", "If-None-Match: \"another\"")).startsWith("HTTP/1.1 200 ");
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void allowsTheAppItsOwnPartsAndNothingElse() {
        assertThat(get("/"))
                .contains("content-security-policy: default-src 'none'; script-src 'self'; style-src 'self'; "
                        + "img-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; "
                        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n")
                .contains("X-Content-Type-Options: nosniff\r\n", "Referrer-Policy: no-referrer\r\n");
        assertThat(send("POST / HTTP/1.1\r\nHost: localhost:8080\r\nContent-Length: 0\r\n\r\n"))
                .startsWith("HTTP/1.1 405 ");
    }

    @Test
    void isNothingWhereThereIsNoAppAndFailsWhereOneIsIncomplete() throws IOException {
        assertThat(load("elsewhere")).isSameAs(StaticFiles.NONE);
        Files.delete(folder.resolve("app/icon-192.png"));
        assertThatThrownBy(() -> load("app")).hasMessage("app/files names icon-192.png, which is not there");
    }

    private StaticFiles load(String prefix) throws IOException {
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
            return StaticFiles.onClassPath(loader, prefix);
        }
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(text.getBytes(ISO_8859_1));
        }
        return bytes.toByteArray();
    }

    private String get(String path, String... headers) {
        StringBuilder request = new StringBuilder("GET " + path + " HTTP/1.1\r\nHost: localhost:8080\r\n");
        for (String header : headers) {
            request.append(header).append("\r\n");
        }
        return send(request + "\r\n");
    }

    private String send(String request) {
        channel.writeInbound(Unpooled.copiedBuffer(request, ISO_8859_1));
        StringBuilder answer = new StringBuilder();
        for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
            answer.append(part.toString(ISO_8859_1));
            part.release();
        }
        return answer.toString();
    }
}
