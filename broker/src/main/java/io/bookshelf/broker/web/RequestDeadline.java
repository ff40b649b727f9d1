package io.bookshelf.broker.web;

import io.bookshelf.broker.admission.Place;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Closes connections that dawdle. From its first byte on (for the first one: from the connection on) a request must be
 * there and answered within its time, however slowly or quickly its bytes come; between requests a connection may rest
 * for {@link #REST_SECONDS}.
 */
final class RequestDeadline extends ChannelInboundHandlerAdapter {
    static final String NAME = "requestDeadline";
    static final int REST_SECONDS = 30;

    private final int requestSeconds;
    private boolean resting;
    private @Nullable ScheduledFuture<?> timer;

    RequestDeadline(int requestSeconds) {
        this.requestSeconds = requestSeconds;
    }

    /** A response has left: the connection rests until the next request's first byte. */
    void answered(ChannelHandlerContext ctx) {
        resting = true;
        Place.used(ctx.channel());
        restart(ctx, REST_SECONDS);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        restart(ctx, requestSeconds);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        stop();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        stop();
        ctx.fireChannelInactive();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object bytes) {
        if (resting) {
            resting = false;
            restart(ctx, requestSeconds);
        }
        ctx.fireChannelRead(bytes);
    }

    private void restart(ChannelHandlerContext ctx, int seconds) {
        stop();
        if (!ctx.isRemoved()) {
            timer = ctx.executor().schedule((Runnable) ctx::close, seconds, TimeUnit.SECONDS);
        }
    }

    private void stop() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }
}
