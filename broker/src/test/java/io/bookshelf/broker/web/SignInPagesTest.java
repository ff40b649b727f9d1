package io.bookshelf.broker.web;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.broker.peer.Peer;
import io.bookshelf.broker.peer.PeerIdentity;
import io.bookshelf.broker.peer.PeerIdentity.Role;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The pages of the sign-in as HTTP; what is behind them answers when the test says so. */
final class SignInPagesTest {
    private static final Peer ANNA = new Peer(new PeerIdentity("home", Role.OWNER, "anna"), List.of(), "");

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final List<String> asked = new ArrayList<>();
    private final CompletableFuture<SignIn.Answer> answer = new CompletableFuture<>();
    private final SignIn signIn = new SignIn() {
        @Override
        public String network() {
            return "home";
        }

        @Override
        public CompletionStage<Answer> answer(Step step, byte[] body, String from) {
            asked.add(step + " " + new String(body, UTF_8));
            return answer;
        }
    };

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    private void serve(@Nullable SignIn signIn, boolean open, @Nullable Peer peer) {
        WebConfig config = new WebConfig(10, 65_536, List.of(), List.of());
        SignInPages pages = new SignInPages("hall", signIn, () -> open);
        new WebPipeline(config, TestContent.healthy(), pages, Set::of, (pipeline, who) -> {})
                .install(channel.pipeline(), new InetSocketAddress("127.0.0.1", 8080), peer);
    }

    private void send(String request) {
        channel.writeInbound(Unpooled.copiedBuffer(request, ISO_8859_1));
        channel.runPendingTasks();
    }

    private static String get(String path) {
        return "GET " + path + " HTTP/1.1\r\nHost: localhost:8080\r\n\r\n";
    }

    private static String post(String path, String type, String body) {
        return "POST " + path + " HTTP/1.1\r\nHost: localhost:8080\r\nContent-Type: " + type + "\r\nContent-Length: "
                + body.length() + "\r\n\r\n" + body;
    }

    /** All that was sent since the last time. */
    private String sent() {
        StringBuilder sent = new StringBuilder();
        for (ByteBuf bytes = channel.readOutbound(); bytes != null; bytes = channel.readOutbound()) {
            sent.append(bytes.toString(UTF_8));
            bytes.release();
        }
        return sent.toString();
    }

    @Test
    void saysHowThisClientComesIn() {
        serve(signIn, true, null);
        send(get("/session"));
        assertThat(sent())
                .startsWith("HTTP/1.1 200")
                .contains("cache-control: no-store", "content-type: application/json")
                .endsWith("{\"unit\":\"hall\",\"network\":\"home\",\"signIn\":\"none\",\"holder\":null}");
    }

    @Test
    void saysThatAKeyIsNeeded() {
        serve(signIn, false, null);
        send(get("/session"));
        assertThat(sent()).endsWith("{\"unit\":\"hall\",\"network\":\"home\",\"signIn\":\"key\",\"holder\":null}");
    }

    @Test
    void saysWhoTheCertificateIsOf() {
        serve(signIn, false, ANNA);
        send(get("/session?x=1"));
        assertThat(sent()).contains("\"signIn\":\"certificate\",\"holder\":\"owner/anna\"}");
    }

    @Test
    void aUnitThatIsAlonePairsNobody() {
        serve(null, true, null);
        send(get("/session"));
        assertThat(sent()).endsWith("{\"unit\":\"hall\",\"network\":null,\"signIn\":\"none\",\"holder\":null}");
        send(post("/pair", "application/json", "{}"));
        assertThat(sent()).startsWith("HTTP/1.1 404").contains("{\"error\":\"This unit is of no network");
    }

    @ParameterizedTest
    @CsvSource({
        "POST, /session, application/json, 405",
        "GET, /pair, application/json, 405",
        "PUT, /challenge, application/json, 405",
        "POST, /token, text/plain, 415",
        "POST, /token, application/x-www-form-urlencoded, 415",
        "POST, /token, '', 415"
    })
    void whatIsAskedInAnotherWayIsRefusedInJson(String method, String path, String type, int status) {
        serve(signIn, false, null);
        send(post(path, type, "{}").replace("POST", method));
        assertThat(sent()).startsWith("HTTP/1.1 " + status).contains("{\"error\":\"");
        assertThat(asked).isEmpty();
    }

    @Test
    void answersWhenThereIsAnAnswer() {
        serve(signIn, false, null);
        send(post("/pair", "application/json; charset=utf-8", "{\"code\":1}"));
        assertThat(asked).containsExactly("PAIR {\"code\":1}");
        assertThat(sent()).isEmpty();
        answer.complete(new SignIn.Answer(429, "{\"error\":\"Wait.\"}", 7));
        channel.runPendingTasks();
        assertThat(sent()).startsWith("HTTP/1.1 429").contains("retry-after: 7\r\n", "{\"error\":\"Wait.\"}");
        send(get("/session"));
        assertThat(sent()).startsWith("HTTP/1.1 200");
    }

    @Test
    void doesOneThingAtATime() {
        serve(signIn, false, null);
        send(post("/token", "application/json", "{}") + post("/token", "application/json", "{}"));
        assertThat(asked).hasSize(1);
        answer.complete(new SignIn.Answer(200, "{}", 0));
        channel.runPendingTasks();
        assertThat(sent()).containsOnlyOnce("HTTP/1.1 200");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void takesNoLongBody() {
        serve(signIn, false, null);
        send(post("/pair", "application/json", "x".repeat(4_097)));
        assertThat(sent()).startsWith("HTTP/1.1 413").contains("{\"error\":\"");
        assertThat(asked).isEmpty();
    }

    @Test
    void aPageOfAnotherSiteGetsNowhere() {
        serve(signIn, false, null);
        send(post("/pair", "application/json", "{}")
                .replace("Content-Type", "Origin: https://evil.example\r\nContent-Type"));
        assertThat(sent()).startsWith("HTTP/1.1 403");
        assertThat(asked).isEmpty();
    }
}
