package io.bookshelf.broker.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the bytes of a connection into whole packets before they are decoded. So a length inside a packet that points beyond
 * its end is seen for what it is, instead of swallowing the packets behind it; and nothing much is kept for a connection
 * whose first packet is not a CONNECT of a decent size (the class of CVE-2023-0809).
 */
final class PacketFramer extends ByteToMessageDecoder {
    private static final int CONNECT = 0x10;
    private static final int PUBLISH = 0x30;
    private static final int LARGEST_CONNECT = 64 * 1024;
    private static final int LONGEST_LENGTH = 4;

    private final ClientConnection connection;
    private final int largest;
    private long framed;
    private boolean ended;

    PacketFramer(ClientConnection connection, int maximumPacketSize) {
        this.connection = connection;
        this.largest = maximumPacketSize;
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (ended) {
            in.skipBytes(in.readableBytes());
            return;
        }
        int start = in.readerIndex();
        int first = in.getUnsignedByte(start);
        if (framed == 0 && first != CONNECT) {
            end(Reason.PROTOCOL_ERROR, "the first packet is not a CONNECT");
            return;
        }
        int remaining = 0;
        for (int i = 1; i <= LONGEST_LENGTH; i++) {
            if (in.readableBytes() <= i) {
                return;
            }
            int digit = in.getUnsignedByte(start + i);
            remaining |= (digit & 0x7F) << 7 * (i - 1);
            if (digit < 0x80) {
                packet(ctx, in, first, 1 + i, remaining);
                return;
            }
        }
        end(Reason.MALFORMED_PACKET, "a malformed packet (its length has more than four bytes)");
    }

    /**
     * Netty's own asks for more bytes if it saw no packet, and it sees none of those that are passed on at once: a socket that
     * is not to be read would be read all the same.
     */
    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        discardSomeReadBytes();
        ctx.fireChannelReadComplete();
        // Not how many bytes are left: the buffer that holds one of them may be large.
        int granted = connection.memory().unfinished(internalBuffer().capacity());
        if (granted != Reason.SUCCESS) end(granted, "there is no room for its unfinished packet");
    }

    private void packet(ChannelHandlerContext ctx, ByteBuf in, int first, int header, int remaining) {
        if (remaining > (framed == 0 ? Math.min(largest, LARGEST_CONNECT) : largest)) {
            end(Reason.PACKET_TOO_LARGE, "a packet of " + remaining + " bytes, larger than the maximum packet size");
            return;
        }
        if (in.readableBytes() < header + remaining) {
            return;
        }
        String problem = (first & 0xF0) == PUBLISH && connection.settings().version5()
                ? PublishProperties.problem(in, in.readerIndex() + header, remaining, (first & 0x06) != 0)
                : null;
        if (problem != null) {
            end(Reason.PROTOCOL_ERROR, problem);
            return;
        }
        framed++;
        ctx.fireChannelRead(in.readRetainedSlice(header + remaining));
        if (connection.packetsTaken() < framed) {
            end(Reason.MALFORMED_PACKET, "a malformed packet (a length in it points beyond its end)");
        }
    }

    private void end(int reason, @Nullable String why) {
        ended = true;
        connection.refuse(reason, String.valueOf(why));
    }
}
