package io.bookshelf.broker.web;

import io.bookshelf.broker.admission.Place;
import io.bookshelf.broker.budget.Kind;
import io.bookshelf.broker.peer.Peer;
import io.bookshelf.broker.peer.RefusalLog;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers the requests of one connection, one after the other. */
final class HttpHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final Logger log = LoggerFactory.getLogger(HttpHandler.class);

    private final RefusalLog refusals;
    private final RequestGuard guard;
    private final String scheme;
    private final InetSocketAddress local;
    private final Pages pages;
    private final SignInPages signIn;
    private final @Nullable Peer peer;
    private final WebSocketUpgrade upgrade;
    private final RequestDeadline deadline;

    private @Nullable ChannelFuture unsent;
    private boolean closing;
    private boolean asking;

    /** @param peer who proved by certificate to be at the other end, null for anybody else */
    HttpHandler(
            RefusalLog refusals,
            RequestGuard guard,
            String scheme,
            InetSocketAddress local,
            Pages pages,
            SignInPages signIn,
            @Nullable Peer peer,
            WebSocketUpgrade upgrade,
            RequestDeadline deadline) {
        this.refusals = refusals;
        this.guard = guard;
        this.scheme = scheme;
        this.local = local;
        this.pages = pages;
        this.signIn = signIn;
        this.peer = peer;
        this.upgrade = upgrade;
        this.deadline = deadline;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
        if (closing) {
            return;
        }
        if (unsent != null && !unsent.isDone()) {
            // A client that sends requests but does not read the answers would otherwise fill the memory with them.
            closing = true;
            unsent.addListener(ignored -> ctx.close());
            return;
        }
        if (asking) {
            // One thing at a time: the answer that is being looked for is the last.
            closing = true;
            return;
        }
        FullHttpResponse refusal = refusal(ctx, request);
        if (refusal != null) {
            closing = true;
            Responses.closing(ctx, refusal);
        } else if (isWebSocket(request)) {
            FullHttpResponse problem = upgrade.problemWith(request);
            if (problem == null) {
                upgrade.upgrade(ctx, request);
            } else {
                closing = true;
                Responses.closing(ctx, problem);
            }
        } else if (SignInPages.serves(path(request))) {
            ask(ctx, request);
        } else {
            answer(ctx, request);
        }
    }

    private void ask(ChannelHandlerContext ctx, FullHttpRequest request) {
        asking = true;
        String from = String.valueOf(ctx.channel().remoteAddress());
        String origin = request.headers().get(HttpHeaderNames.ORIGIN);
        signIn.answer(request, path(request), peer, from)
                .whenComplete((response, failure) -> ctx.executor().execute(() -> {
                    asking = false;
                    if (response == null) {
                        log.error("a mistake of ours", failure);
                        ctx.close();
                        return;
                    }
                    allow(origin, response);
                    if (closing) {
                        Responses.closing(ctx, response);
                    } else {
                        send(ctx, response);
                    }
                }));
    }

    private void send(ChannelHandlerContext ctx, FullHttpResponse response) {
        if (!Place.hold(ctx.channel(), Kind.DELIVERY, response.content().readableBytes())) {
            response.release();
            ctx.close();
            return;
        }
        ChannelFuture sent = ctx.writeAndFlush(response);
        unsent = sent;
        sent.addListener(ignored -> {
            Place.hold(ctx.channel(), Kind.DELIVERY, 0);
            deadline.answered(ctx);
        });
    }

    private void answer(ChannelHandlerContext ctx, FullHttpRequest request) {
        FullHttpResponse response = pages.answer(request.method(), path(request), request.headers());
        allow(request.headers().get(HttpHeaderNames.ORIGIN), response);
        if (request.method().equals(HttpMethod.HEAD)) {
            response = Responses.withoutBody(response);
        }
        send(ctx, response);
    }

    private void allow(@Nullable String origin, FullHttpResponse response) {
        if (origin != null && guard.lists(origin)) {
            response.headers().set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            response.headers().add(HttpHeaderNames.VARY, HttpHeaderNames.ORIGIN);
        }
    }

    private @Nullable FullHttpResponse refusal(ChannelHandlerContext ctx, FullHttpRequest request) {
        if (!request.decoderResult().isSuccess()) {
            Throwable cause = request.decoderResult().cause();
            if (cause instanceof TooLongHttpLineException) {
                return Responses.sentence(HttpResponseStatus.REQUEST_URI_TOO_LONG, "That address is too long.");
            }
            if (cause instanceof TooLongHttpHeaderException) {
                return Responses.sentence(
                        HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "The headers are too long.");
            }
            return Responses.sentence(HttpResponseStatus.BAD_REQUEST, "That is not an HTTP request.");
        }
        RequestGuard.Refusal refused = guard.check(request.headers(), scheme, local);
        if (refused != null) {
            refusals.say("refused a web request from " + ctx.channel().remoteAddress() + ": " + refused.sentence());
            return Responses.sentence(refused.status(), refused.sentence());
        }
        if (!request.uri().startsWith("/")) {
            return Responses.sentence(HttpResponseStatus.BAD_REQUEST, "A request's address must start with a slash.");
        }
        return null;
    }

    private static boolean isWebSocket(FullHttpRequest request) {
        return path(request).equals(WebSocketUpgrade.PATH) && request.method().equals(HttpMethod.GET);
    }

    private static String path(FullHttpRequest request) {
        int query = request.uri().indexOf('?');
        return query < 0 ? request.uri() : request.uri().substring(0, query);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        log.debug("closed a web connection", cause);
        ctx.close();
    }
}
