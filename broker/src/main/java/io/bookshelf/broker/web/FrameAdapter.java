package io.bookshelf.broker.web;

import io.bookshelf.broker.peer.RefusalLog;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * Between WebSocket frames and plain bytes. Where messages and frames begin and end means nothing to MQTT (its
 * specification, 6.0), so payloads pass as they come. Control frames are answered here.
 */
final class FrameAdapter extends ChannelDuplexHandler {
    private final RefusalLog refusals;
    private boolean closing;
    private @Nullable PongWebSocketFrame owedPong;

    FrameAdapter(RefusalLog refusals) {
        this.refusals = refusals;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (closing) {
            ReferenceCountUtil.release(message);
            return;
        }
        switch (message) {
            case PingWebSocketFrame ping -> pong(ctx, new PongWebSocketFrame(ping.content()));
            case CloseWebSocketFrame close -> close(ctx, close);
            default -> ctx.fireChannelRead(message);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        PongWebSocketFrame pong = owedPong;
        if (pong != null && ctx.channel().isWritable()) {
            owedPong = null;
            ctx.writeAndFlush(pong);
        }
        ctx.fireChannelWritabilityChanged();
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (!(message instanceof ByteBuf bytes)) {
            ctx.write(message, promise);
        } else if (closing) {
            bytes.release();
            promise.setSuccess();
        } else {
            ctx.write(new BinaryWebSocketFrame(bytes), promise);
        }
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        if (closing || !ctx.channel().isActive()) {
            ctx.close(promise);
            return;
        }
        closing = true;
        ctx.writeAndFlush(new CloseWebSocketFrame(WebSocketCloseStatus.NORMAL_CLOSURE));
        ctx.close(promise);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        ReferenceCountUtil.release(owedPong);
        owedPong = null;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof CorruptedWebSocketFrameException bad) {
            refusals.say("closed the WebSocket of " + ctx.channel().remoteAddress() + ": " + bad.getMessage());
            if (!closing) {
                close(ctx, new CloseWebSocketFrame(bad.closeStatus()));
            }
        } else {
            ctx.fireExceptionCaught(cause);
        }
    }

    /** RFC 6455, 5.5.3: of several pings that wait for their answer, only the latest needs one. */
    private void pong(ChannelHandlerContext ctx, PongWebSocketFrame pong) {
        if (ctx.channel().isWritable()) {
            ctx.writeAndFlush(pong);
        } else {
            ReferenceCountUtil.release(owedPong);
            owedPong = pong;
        }
    }

    private void close(ChannelHandlerContext ctx, CloseWebSocketFrame frame) {
        closing = true;
        ctx.writeAndFlush(frame).addListener(ChannelFutureListener.CLOSE);
    }
}
