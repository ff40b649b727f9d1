package io.bookshelf.broker.web;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.bookshelf.broker.peer.Peer;
import io.bookshelf.broker.peer.PeerIdentity;
import io.bookshelf.broker.web.SignIn.Step;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Who somebody is here already, and the way in for paired phones: JSON, mistakes too. */
public final class SignInPages {
    private static final String SESSION = "/session";
    private static final JsonFactory JSON = new JsonFactory();

    private final String unit;
    private final @Nullable SignIn signIn;
    private final BooleanSupplier open;

    /**
     * @param unit the unit's name
     * @param signIn null if the unit is of no network, and phones cannot be paired with it
     * @param open whether MQTT lets whoever comes in by this listener in as they are; asked at each request
     */
    public SignInPages(String unit, @Nullable SignIn signIn, BooleanSupplier open) {
        this.unit = unit;
        this.signIn = signIn;
        this.open = open;
    }

    static boolean serves(String path) {
        return path.equals(SESSION) || step(path) != null;
    }

    private static @Nullable Step step(String path) {
        for (Step step : Step.values()) {
            if (step.path().equals(path)) {
                return step;
            }
        }
        return null;
    }

    /**
     * Answers, sooner or later, on any thread.
     *
     * @param peer who proved by certificate to be at the other end, null for anybody else
     * @param from where it comes from, for the log
     */
    CompletionStage<FullHttpResponse> answer(FullHttpRequest request, String path, @Nullable Peer peer, String from) {
        Step step = step(path);
        HttpMethod method = step == null ? HttpMethod.GET : HttpMethod.POST;
        if (!request.method().equals(method)) {
            FullHttpResponse response =
                    mistake(HttpResponseStatus.METHOD_NOT_ALLOWED, "Ask for " + path + " with " + method + ".");
            response.headers().set(HttpHeaderNames.ALLOW, method);
            return CompletableFuture.completedFuture(response);
        }
        if (step == null) {
            return CompletableFuture.completedFuture(json(HttpResponseStatus.OK, session(peer)));
        }
        SignIn asked = signIn;
        if (asked == null) {
            return CompletableFuture.completedFuture(mistake(
                    HttpResponseStatus.NOT_FOUND,
                    "This unit is of no network, so that no phone can be paired with it: it needs the setting pki."));
        }
        // What a page of another site can send without asking is of no other type than text or a form.
        CharSequence type = HttpUtil.getMimeType(request);
        if (type == null || !type.toString().toLowerCase(Locale.ROOT).equals("application/json")) {
            return CompletableFuture.completedFuture(
                    mistake(HttpResponseStatus.UNSUPPORTED_MEDIA_TYPE, "Send JSON, as application/json."));
        }
        return asked.answer(step, ByteBufUtil.getBytes(request.content()), from).thenApply(SignInPages::response);
    }

    private static FullHttpResponse response(SignIn.Answer answer) {
        FullHttpResponse response = json(HttpResponseStatus.valueOf(answer.status()), answer.json());
        if (answer.retrySeconds() > 0) {
            response.headers().setInt(HttpHeaderNames.RETRY_AFTER, answer.retrySeconds());
        }
        return response;
    }

    private String session(@Nullable Peer peer) {
        return write(out -> {
            out.writeStringField("unit", unit);
            SignIn asked = signIn;
            if (asked == null) {
                out.writeNullField("network");
            } else {
                out.writeStringField("network", asked.network());
            }
            out.writeStringField("signIn", peer != null ? "certificate" : open.getAsBoolean() ? "none" : "key");
            if (peer == null) {
                out.writeNullField("holder");
            } else {
                PeerIdentity who = peer.identity();
                out.writeStringField("holder", who.role().name().toLowerCase(Locale.ROOT) + "/" + who.name());
            }
        });
    }

    /** An answer that says what is wrong. */
    static FullHttpResponse mistake(HttpResponseStatus status, String sentence) {
        return json(status, write(out -> out.writeStringField("error", sentence)));
    }

    private static FullHttpResponse json(HttpResponseStatus status, String text) {
        return Responses.of(status, "application/json; charset=utf-8", text.getBytes(UTF_8));
    }

    private interface Body {
        void write(JsonGenerator out) throws IOException;
    }

    private static String write(Body body) {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = JSON.createGenerator(text)) {
            out.writeStartObject();
            body.write(out);
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return text.toString();
    }
}
