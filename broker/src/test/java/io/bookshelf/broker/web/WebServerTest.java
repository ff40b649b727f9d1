package io.bookshelf.broker.web;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WebServerTest {
    private final AtomicBoolean writable = new AtomicBoolean(true);
    private final EventLoopGroup group = new NioEventLoopGroup(1);
    private final HttpClient client = HttpClient.newHttpClient();
    private int port;

    @BeforeEach
    void listen() {
        WebConfig config = new WebConfig(1, 65_536, List.of(), List.of("https://app.example"));
        WebContent content = new WebContent(
                "<attic> & \"co\"",
                () -> new InetSocketAddress("127.0.0.1", 1883),
                () -> TestContent.with(writable.get()).health().get(),
                () -> "up 1\n",
                StaticFiles.NONE);
        WebPipeline web = new WebPipeline(config, content, pipeline -> pipeline.addLast(new Echo()));
        Channel server = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        web.install(channel.pipeline(), (InetSocketAddress) channel.localAddress());
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
        port = ((InetSocketAddress) server.localAddress()).getPort();
    }

    @AfterEach
    void stop() {
        client.shutdownNow();
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @Test
    void showsAPageThatNeedsNothingFromElsewhere() throws Exception {
        HttpResponse<String> page = get("/");

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("content-type")).contains("text/html; charset=utf-8");
        assertThat(page.headers().firstValue("content-security-policy").orElse(""))
                .startsWith("default-src 'none'; style-src 'self'")
                .contains("frame-ancestors 'none'");
        assertThat(page.headers().firstValue("x-content-type-options")).contains("nosniff");
        assertThat(page.headers().firstValue("referrer-policy")).contains("no-referrer");
        assertThat(page.body())
                .contains("<h1>&lt;attic&gt; &amp; &quot;co&quot;</h1>")
                .contains("mosquitto_sub -h 127.0.0.1 -p 1883 -v -t '#'")
                .contains("href=\"/healthz\"")
                .contains("href=\"/metrics\"")
                .doesNotContain("{{")
                .doesNotContain("<script")
                .doesNotContain("http://")
                .doesNotContain("https://");
        assertThat(get("/style.css").headers().firstValue("content-type")).contains("text/css; charset=utf-8");
        assertThat(get("/icon.svg").headers().firstValue("content-type")).contains("image/svg+xml");
    }

    @Test
    void reportsHealthAndMetrics() throws Exception {
        HttpResponse<String> health = get("/healthz?x=1");
        assertThat(health.statusCode()).isEqualTo(200);
        assertThat(health.body()).isEqualTo("{\"status\":\"ok\"}\n");
        assertThat(health.headers().firstValue("content-type")).contains("application/json; charset=utf-8");

        HttpResponse<String> metrics = get("/metrics");
        assertThat(metrics.body()).isEqualTo("up 1\n");
        assertThat(metrics.headers().firstValue("content-type")).contains("text/plain; version=0.0.4; charset=utf-8");

        writable.set(false);
        assertThat(get("/healthz").statusCode()).isEqualTo(503);
    }

    @Test
    void answersInSentencesWhatItDoesNotServe() throws Exception {
        assertThat(get("/nothing").statusCode()).isEqualTo(404);
        assertThat(get("/mqtt").statusCode()).isEqualTo(426);
        assertThat(get("/mqtt").body()).endsWith("with an MQTT client.\n");
        HttpRequest post =
                request("/").POST(HttpRequest.BodyPublishers.ofString("x=1")).build();
        HttpResponse<String> refused = client.send(post, BodyHandlers.ofString());
        assertThat(refused.statusCode()).isEqualTo(405);
        assertThat(refused.headers().firstValue("allow")).contains("GET, HEAD");
    }

    @Test
    void answersHeadWithoutABodyAndKeepsTheConnection() throws Exception {
        String head = "HEAD /healthz HTTP/1.1\r\nHost: localhost:" + port + "\r\n\r\n";
        String last = "GET /metrics HTTP/1.1\r\nHost: localhost:" + port + "\r\nConnection: close\r\n\r\n";
        String answer = exchange(head + last);

        assertThat(answer).contains("content-length: 16\r\n").endsWith("\r\n\r\nup 1\n");
        assertThat(answer.split("HTTP/1.1 200 OK", -1)).hasSize(3);
        assertThat(answer).doesNotContain("status");
    }

    @Test
    void refusesForeignHostsAndOriginsOnEveryPath() throws Exception {
        for (String path : List.of("/", "/healthz", "/mqtt", "/nothing")) {
            String rebound = "GET " + path + " HTTP/1.1\r\nHost: evil.example:" + port + "\r\n\r\n";
            assertThat(exchange(rebound)).startsWith("HTTP/1.1 421 ").contains("connection: close");
            String foreign = "GET " + path + " HTTP/1.1\r\nHost: localhost:" + port + "\r\nOrigin: null\r\n\r\n";
            assertThat(exchange(foreign)).startsWith("HTTP/1.1 403 ");
        }
        assertThat(exchange("GET http://evil.example/ HTTP/1.1\r\nHost: localhost:" + port + "\r\n\r\n"))
                .startsWith("HTTP/1.1 400 ");
        assertThat(exchange("GET / HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 400 ");
    }

    @Test
    void letsPagesOfAListedOriginRead() throws Exception {
        HttpRequest request =
                request("/healthz").header("Origin", "https://app.example").build();

        assertThat(client.send(request, BodyHandlers.ofString()).headers().firstValue("access-control-allow-origin"))
                .contains("https://app.example");
    }

    @Test
    void refusesWhatIsTooLongOrNoHttp() throws Exception {
        String host = " HTTP/1.1\r\nHost: localhost:" + port + "\r\n";
        assertThat(exchange("GET /" + "a".repeat(5_000) + host + "\r\n")).startsWith("HTTP/1.1 414 ");
        assertThat(exchange("GET /" + host + "X: " + "a".repeat(9_000) + "\r\n\r\n"))
                .startsWith("HTTP/1.1 431 ");
        assertThat(exchange("POST /" + host + "Content-Length: 5000\r\n\r\n")).startsWith("HTTP/1.1 413 ");
        assertThat(exchange("\u0010\u0010\u0000\u0004MQTT\r\n\r\n")).startsWith("HTTP/1.1 400 ");
    }

    @Test
    void closesAConnectionThatNeverFinishesItsRequest() throws Exception {
        assertThat(exchange("")).isEmpty();
        assertThat(exchange("GET / HTTP/1.1\r\nHost: loc")).isEmpty();
    }

    @Test
    void carriesMqttBytesOverAWebSocket() throws Exception {
        CompletableFuture<byte[]> echoed = new CompletableFuture<>();
        WebSocket socket = client.newWebSocketBuilder()
                .subprotocols("mqtt")
                .buildAsync(URI.create("ws://127.0.0.1:" + port + "/mqtt"), new Collector(20_000, echoed))
                .get(10, TimeUnit.SECONDS);
        byte[] bytes = new byte[20_000];
        Arrays.fill(bytes, (byte) 7);
        socket.sendBinary(ByteBuffer.wrap(bytes, 0, 9), false).get(10, TimeUnit.SECONDS);
        socket.sendBinary(ByteBuffer.wrap(bytes, 9, bytes.length - 9), true).get(10, TimeUnit.SECONDS);

        assertThat(socket.getSubprotocol()).isEqualTo("mqtt");
        assertThat(echoed.get(10, TimeUnit.SECONDS)).isEqualTo(bytes);
        socket.abort();
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client.send(request(path).build(), BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .version(HttpClient.Version.HTTP_1_1);
    }

    /** Sends text and returns what comes back until the server closes. */
    private String exchange(String text) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(text.getBytes(ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }

    private static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ctx.writeAndFlush((ByteBuf) message);
        }
    }

    private static final class Collector implements WebSocket.Listener {
        private final ByteBuffer all;
        private final CompletableFuture<byte[]> whole;

        Collector(int expected, CompletableFuture<byte[]> whole) {
            this.all = ByteBuffer.allocate(expected);
            this.whole = whole;
        }

        @Override
        public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            all.put(data);
            if (!all.hasRemaining()) {
                whole.complete(all.array());
            }
            socket.request(1);
            return CompletableFuture.completedFuture(null);
        }
    }
}
