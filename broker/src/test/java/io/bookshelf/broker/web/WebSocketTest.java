package io.bookshelf.broker.web;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WebSocketTest {
    private static final int FRAME_BYTES = 70_000;
    private static final String REQUEST = """
            GET /mqtt HTTP/1.1\r
            Host: localhost:8080\r
            Connection: keep-alive, Upgrade\r
            Upgrade: websocket\r
            Sec-WebSocket-Version: 13\r
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
            Sec-WebSocket-Protocol: other, mqtt\r
            Sec-WebSocket-Extensions: permessage-deflate\r
            \r
            """;

    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private int activations;
    private @Nullable EmbeddedChannel opened;

    @AfterEach
    void releaseEverything() {
        if (opened != null) {
            opened.finishAndReleaseAll();
        }
    }

    @Test
    void acceptsAnUpgradeWithoutExtensions() {
        EmbeddedChannel channel = open();
        send(channel, REQUEST.getBytes(ISO_8859_1));

        // The key and its answer are the example of RFC 6455, 1.3.
        assertThat(new String(sent(channel), ISO_8859_1))
                .startsWith("HTTP/1.1 101 Switching Protocols\r\n")
                .contains("sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n")
                .contains("sec-websocket-protocol: mqtt\r\n")
                .doesNotContain("extensions");
        assertThat(activations).isEqualTo(1);
    }

    @Test
    void refusesHandshakesThatAreNone() {
        assertThat(answerTo(REQUEST.replace("Upgrade: websocket", "Upgrade: h2c")))
                .startsWith("HTTP/1.1 426 ");
        assertThat(answerTo(REQUEST.replace("Version: 13", "Version: 8"))).startsWith("HTTP/1.1 426 ");
        assertThat(answerTo(REQUEST.replace("dGhlIHNhbXBsZSBub25jZQ==", "c2hvcnQ=")))
                .startsWith("HTTP/1.1 400 ");
        assertThat(answerTo(REQUEST.replace("dGhlIHNhbXBsZSBub25jZQ==", "???"))).startsWith("HTTP/1.1 400 ");
        assertThat(answerTo(REQUEST.replace("other, mqtt", "other"))).startsWith("HTTP/1.1 400 ");
        assertThat(answerTo(REQUEST.replace("HTTP/1.1", "HTTP/1.0"))).startsWith("HTTP/1.1 426 ");
        assertThat(answerTo(REQUEST.replace("localhost:8080", "evil.example"))).startsWith("HTTP/1.1 421 ");
        assertThat(answerTo(REQUEST.replace("Upgrade\r", "Upgrade\r\nOrigin: null\r")))
                .startsWith("HTTP/1.1 403 ");
    }

    @Test
    void passesTheSameBytesWhereverTheStreamIsCut() {
        byte[] payload = bytes(300);
        byte[] stream = concat(
                REQUEST.getBytes(ISO_8859_1),
                frame(0x02, slice(payload, 0, 5)),
                frame(0x89, bytes(3)),
                frame(0x00, slice(payload, 5, 5)),
                frame(0x80, slice(payload, 5, 150)),
                frame(0x82, slice(payload, 150, 300)));
        for (int cut = 0; cut <= stream.length; cut++) {
            received.reset();
            EmbeddedChannel channel = open();
            send(channel, slice(stream, 0, cut));
            send(channel, slice(stream, cut, stream.length));
            assertThat(received.toByteArray()).as("cut at %d", cut).isEqualTo(payload);
            channel.finishAndReleaseAll();
        }
    }

    @Test
    void holdsNothingOfAFrameThatIsNotWhole() {
        byte[] payload = bytes(FRAME_BYTES);
        byte[] frame = longFrame(0x82, payload);
        EmbeddedChannel channel = upgraded();
        send(channel, slice(frame, 0, frame.length - 1));
        assertThat(received.size()).isEqualTo(FRAME_BYTES - 1);
        send(channel, frame[frame.length - 1]);
        assertThat(received.toByteArray()).isEqualTo(payload);
    }

    @Test
    void passesBytesThatComeOneByOne() {
        byte[] payload = bytes(200);
        EmbeddedChannel channel = open();
        for (byte b : concat(REQUEST.getBytes(ISO_8859_1), frame(0x82, payload))) {
            send(channel, b);
        }
        assertThat(received.toByteArray()).isEqualTo(payload);
    }

    @Test
    void sendsBytesAsBinaryFrames() {
        EmbeddedChannel channel = upgraded();
        channel.writeOutbound(Unpooled.wrappedBuffer(bytes(3)), Unpooled.wrappedBuffer(bytes(2_000)));

        assertThat(sent(channel)).isEqualTo(concat(hex("8203000102"), hex("827e07d0"), bytes(2_000)));
    }

    @Test
    void answersPingAndClose() {
        EmbeddedChannel channel = upgraded();
        send(channel, frame(0x89, bytes(2)));
        assertThat(sent(channel)).isEqualTo(hex("8a020001"));

        send(channel, frame(0x88, hex("03e8")));
        assertThat(sent(channel)).isEqualTo(hex("880203e8"));
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void saysGoodbyeWhenTheBrokerCloses() {
        EmbeddedChannel channel = upgraded();
        channel.close();

        // 1000, "Bye"
        assertThat(sent(channel)).isEqualTo(hex("880503e8427965"));
    }

    @Test
    void owesOneAnswerForManyPingsOfAClientThatDoesNotRead() {
        EmbeddedChannel channel = upgraded();
        channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(1, 2));
        channel.write(Unpooled.wrappedBuffer(bytes(10)));
        assertThat(channel.isWritable()).isFalse();
        for (int i = 0; i < 1_000; i++) {
            send(channel, frame(0x89, new byte[] {(byte) i}));
        }
        assertThat(channel.unsafe().outboundBuffer().totalPendingWriteBytes()).isLessThan(200);

        channel.flush();
        assertThat(sent(channel)).endsWith(hex("8a01" + HexFormat.of().toHexDigits((byte) 999)));
    }

    @Test
    void closesOnText() {
        EmbeddedChannel channel = upgraded();
        send(channel, concat(frame(0x81, bytes(1)), frame(0x82, bytes(5))));

        assertThat(sent(channel)).startsWith(hex("88")).contains(3, 0xeb);
        assertThat(channel.isOpen()).isFalse();
        assertThat(received.size()).isZero();
    }

    @Test
    void closesOnAFrameThatIsTooLongBeforeItHasCome() {
        EmbeddedChannel channel = upgraded();
        send(channel, hex("82ff0000000000011171" + "00000000"));

        assertThat(sent(channel)).startsWith(hex("88")).contains(3, 0xf1);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void closesOnFramesAgainstTheProtocol() {
        List<byte[]> bad = List.of(
                hex("820100"), // not masked
                frame(0x80, bytes(1)), // a continuation of nothing
                frame(0xc2, bytes(1)), // a reserved bit, as compression would set
                frame(0x83, bytes(1)), // a reserved opcode
                frame(0x09, bytes(1)), // a ping in fragments
                frame(0x89, bytes(126))); // a control frame that is too long
        for (byte[] frame : bad) {
            EmbeddedChannel channel = upgraded();
            send(channel, frame);
            assertThat(sent(channel)).as(HexFormat.of().formatHex(frame)).startsWith(hex("88"));
            assertThat(channel.isOpen()).isFalse();
            channel.finishAndReleaseAll();
        }
        assertThat(received.size()).isZero();
    }

    private String answerTo(String request) {
        EmbeddedChannel channel = open();
        send(channel, request.getBytes(ISO_8859_1));
        String answer = new String(sent(channel), ISO_8859_1);
        channel.finishAndReleaseAll();
        return answer;
    }

    private EmbeddedChannel upgraded() {
        EmbeddedChannel channel = open();
        send(channel, REQUEST.getBytes(ISO_8859_1));
        sent(channel);
        return channel;
    }

    private EmbeddedChannel open() {
        WebPipeline web = new WebPipeline(
                new WebConfig(10, FRAME_BYTES, List.of(), List.of()),
                TestContent.healthy(),
                pipeline -> pipeline.addLast(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelActive(ChannelHandlerContext ctx) {
                        activations++;
                    }

                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object message) {
                        ByteBuf bytes = (ByteBuf) message;
                        received.writeBytes(ByteBufUtil.getBytes(bytes));
                        bytes.release();
                    }
                }));
        EmbeddedChannel channel = new EmbeddedChannel();
        web.install(channel.pipeline(), new InetSocketAddress("127.0.0.1", 8080));
        opened = channel;
        return channel;
    }

    private static void send(EmbeddedChannel channel, byte... bytes) {
        channel.writeInbound(Unpooled.wrappedBuffer(bytes));
    }

    private static byte[] sent(EmbeddedChannel channel) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (ByteBuf bytes = channel.readOutbound(); bytes != null; bytes = channel.readOutbound()) {
            all.writeBytes(ByteBufUtil.getBytes(bytes));
            bytes.release();
        }
        return all.toByteArray();
    }

    private static byte[] longFrame(int first, byte[] payload) {
        byte[] mask = hex("a1b2c3d4");
        ByteBuf frame = Unpooled.buffer().writeByte(first).writeByte(0xFF).writeLong(payload.length);
        frame.writeBytes(mask);
        for (int i = 0; i < payload.length; i++) {
            frame.writeByte(payload[i] ^ mask[i % 4]);
        }
        return ByteBufUtil.getBytes(frame);
    }

    /** A masked frame; {@code first} is its first byte: FIN, reserved bits and opcode. */
    private static byte[] frame(int first, byte[] payload) {
        ByteBuf frame = Unpooled.buffer().writeByte(first);
        if (payload.length < 126) {
            frame.writeByte(0x80 | payload.length);
        } else {
            frame.writeByte(0x80 | 126).writeShort(payload.length);
        }
        byte[] mask = hex("a1b2c3d4");
        frame.writeBytes(mask);
        for (int i = 0; i < payload.length; i++) {
            frame.writeByte(payload[i] ^ mask[i % 4]);
        }
        return ByteBufUtil.getBytes(frame);
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) i;
        }
        return bytes;
    }

    private static byte[] slice(byte[] bytes, int from, int to) {
        return Arrays.copyOfRange(bytes, from, to);
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex);
    }
}
