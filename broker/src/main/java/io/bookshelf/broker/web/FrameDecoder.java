package io.bookshelf.broker.web;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the frames of a client (RFC 6455, 5). The payload of a binary message is passed on as it comes, as plain bytes: Netty's
 * own decoder keeps a frame until it is whole, and a client that never ends it would have that memory for nothing. Pings and
 * closes, which are short, are passed on as frames.
 */
final class FrameDecoder extends ByteToMessageDecoder {
    private static final int CONTINUATION = 0x0;
    private static final int TEXT = 0x1;
    private static final int BINARY = 0x2;
    private static final int CLOSE = 0x8;
    private static final int PING = 0x9;
    private static final int PONG = 0xA;
    private static final int LONGEST_CONTROL = 125;

    private final int longest;

    /** Bytes of the present data frame's payload that are still to come. */
    private long rest;

    private int mask;
    private boolean inMessage;
    private boolean ended;

    /** @param longest most bytes that a frame may announce */
    FrameDecoder(int longest) {
        this.longest = longest;
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (ended) {
            in.skipBytes(in.readableBytes());
        } else if (rest > 0) {
            ByteBuf payload = take(ctx, in, (int) Math.min(rest, in.readableBytes()));
            rest -= payload.readableBytes();
            out.add(payload);
        } else {
            header(ctx, in, out);
        }
    }

    /** See PacketFramer: a socket that is not to be read must not be asked for more. */
    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        discardSomeReadBytes();
        ctx.fireChannelReadComplete();
    }

    private void header(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (in.readableBytes() < 2) {
            return;
        }
        int start = in.readerIndex();
        int first = in.getUnsignedByte(start);
        int second = in.getUnsignedByte(start + 1);
        int opcode = first & 0x0F;
        boolean last = (first & 0x80) != 0;
        int announced = second & 0x7F;
        String problem = problem(first, opcode, last, second);
        if (problem != null) {
            end(ctx, WebSocketCloseStatus.PROTOCOL_ERROR, problem);
            return;
        }
        if (opcode == TEXT) {
            end(ctx, WebSocketCloseStatus.INVALID_MESSAGE_TYPE, "a text frame; MQTT is binary");
            return;
        }
        int lengthBytes = announced == 126 ? 2 : announced == 127 ? 8 : 0;
        if (in.readableBytes() < 2 + lengthBytes) {
            return;
        }
        long length = lengthBytes == 0
                ? announced
                : lengthBytes == 2 ? in.getUnsignedShort(start + 2) : in.getLong(start + 2);
        if (length < 0 || lengthBytes == 2 && length < 126 || lengthBytes == 8 && length <= 0xFFFF) {
            end(ctx, WebSocketCloseStatus.PROTOCOL_ERROR, "a length that is not written in its shortest form");
        } else if (length > longest) {
            end(ctx, WebSocketCloseStatus.MESSAGE_TOO_BIG, "a frame of " + length + " bytes, more than " + longest);
        } else if (opcode >= CLOSE) {
            control(ctx, in, out, opcode, 2 + lengthBytes, (int) length);
        } else if (in.readableBytes() >= 2 + lengthBytes + 4) {
            mask = in.getInt(start + 2 + lengthBytes);
            in.skipBytes(2 + lengthBytes + 4);
            rest = length;
            inMessage = !last;
        }
    }

    private @Nullable String problem(int first, int opcode, boolean last, int second) {
        if ((first & 0x70) != 0) return "a reserved bit that no extension was agreed on for";
        if ((second & 0x80) == 0) return "a frame that is not masked";
        return switch (opcode) {
            case CONTINUATION -> inMessage ? null : "a continuation of nothing";
            case TEXT, BINARY -> inMessage ? "a new message within another" : null;
            case CLOSE, PING, PONG ->
                last && (second & 0x7F) <= LONGEST_CONTROL ? null : "a control frame that is cut or too long";
            default -> "a reserved kind of frame";
        };
    }

    private void control(ChannelHandlerContext ctx, ByteBuf in, List<Object> out, int opcode, int header, int length) {
        if (in.readableBytes() < header + 4 + length) {
            return;
        }
        mask = in.getInt(in.readerIndex() + header);
        in.skipBytes(header + 4);
        ByteBuf payload = take(ctx, in, length);
        if (opcode == PING) {
            out.add(new PingWebSocketFrame(payload));
        } else if (opcode == CLOSE) {
            out.add(close(payload));
            payload.release();
            ended = true;
        } else {
            payload.release();
        }
    }

    /** The answer to a close frame: its own status, if it has a good one. */
    private static CloseWebSocketFrame close(ByteBuf payload) {
        if (!payload.isReadable()) {
            return new CloseWebSocketFrame(true, 0, Unpooled.EMPTY_BUFFER);
        }
        int status = payload.readableBytes() < 2 ? 0 : payload.getUnsignedShort(payload.readerIndex());
        return WebSocketCloseStatus.isValidStatusCode(status)
                ? new CloseWebSocketFrame(true, 0, Unpooled.copyShort(status))
                : new CloseWebSocketFrame(WebSocketCloseStatus.PROTOCOL_ERROR);
    }

    /** Takes so many bytes of a payload, unmasked; the mask is turned to where the next ones begin. */
    private ByteBuf take(ChannelHandlerContext ctx, ByteBuf in, int length) {
        ByteBuf payload = ctx.alloc().buffer(length);
        payload.writeBytes(in, length);
        int i = 0;
        for (; i + 4 <= length; i += 4) {
            payload.setInt(i, payload.getInt(i) ^ mask);
        }
        for (; i < length; i++) {
            payload.setByte(i, payload.getByte(i) ^ mask >>> 24);
            mask = Integer.rotateLeft(mask, 8);
        }
        return payload;
    }

    private void end(ChannelHandlerContext ctx, WebSocketCloseStatus status, String why) {
        ended = true;
        ctx.fireExceptionCaught(new CorruptedWebSocketFrameException(status, why));
    }
}
