package io.bookshelf.broker.mqtt;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import java.util.concurrent.TimeUnit;

/** The end of a connection. */
final class LastWrite {
    private static final long SECONDS = 2;

    private LastWrite() {}

    /** Closes once everything is written; a peer that does not read must not keep its connection open for longer. */
    static void thenClose(ChannelHandlerContext context) {
        context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        var late = context.executor().schedule(() -> context.close(), SECONDS, TimeUnit.SECONDS);
        context.channel().closeFuture().addListener(closed -> late.cancel(false));
    }
}
