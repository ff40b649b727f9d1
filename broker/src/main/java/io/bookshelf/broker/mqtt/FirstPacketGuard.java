package io.bookshelf.broker.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the first bytes of a connection before anything is kept of them: only a CONNECT of a decent size is let through, so
 * that nobody makes the unit hold much memory before it is known who they are (the class of CVE-2023-0809).
 */
final class FirstPacketGuard extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(FirstPacketGuard.class);
    private static final int CONNECT = 0x10;
    private static final int LARGEST_CONNECT = 64 * 1024;

    private final int largest;
    private int seen;
    private int remaining;

    FirstPacketGuard(int maximumPacketSize) {
        this.largest = Math.min(maximumPacketSize, LARGEST_CONNECT);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof ByteBuf bytes)) {
            ctx.fireChannelRead(message);
            return;
        }
        for (int i = bytes.readerIndex(); i < bytes.writerIndex(); i++) {
            int each = bytes.getUnsignedByte(i);
            if (seen == 0 && each != CONNECT) {
                close(ctx, message, "the first packet is not a CONNECT");
                return;
            }
            if (seen > 0) {
                remaining |= (each & 0x7F) << 7 * (seen - 1);
                boolean lengthComplete = each < 0x80;
                if (remaining > largest || !lengthComplete && seen == 4) {
                    close(ctx, message, "a CONNECT that is too large");
                    return;
                }
                if (lengthComplete) {
                    ctx.pipeline().remove(this);
                    break;
                }
            }
            seen++;
        }
        ctx.fireChannelRead(message);
    }

    private static void close(ChannelHandlerContext ctx, Object message, String why) {
        ReferenceCountUtil.release(message);
        log.info("connection {}: closed: {}", ctx.channel().remoteAddress(), why);
        ctx.close();
    }
}
