package io.bookshelf.broker.web;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpPacingTest {
    private static final String REQUEST = "GET /healthz HTTP/1.1\r\nHost: localhost:8080\r\n\r\n";

    private final EmbeddedChannel channel = new EmbeddedChannel();

    @BeforeEach
    void open() {
        channel.freezeTime();
        WebConfig config = new WebConfig(10, 65_536, List.of(), List.of());
        new WebPipeline(config, TestContent.healthy(), pipeline -> {})
                .install(channel.pipeline(), new InetSocketAddress("127.0.0.1", 8080));
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    @Test
    void closesARequestThatTricklesIn() {
        for (int second = 0; second < 9; second++) {
            send(REQUEST.substring(second, second + 1));
            pass(1);
        }
        assertThat(channel.isOpen()).isTrue();
        pass(1);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void letsAConnectionRestBetweenRequests() {
        send(REQUEST);
        pass(29);
        send(REQUEST);
        pass(29);
        assertThat(channel.isOpen()).isTrue();
        pass(1);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void timesTheSecondRequestFromItsFirstByte() {
        send(REQUEST);
        pass(20);
        send("G");
        pass(9);
        assertThat(channel.isOpen()).isTrue();
        send("E");
        pass(1);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void answersNoMoreThanItsClientReads() {
        List<ChannelPromise> held = new ArrayList<>();
        channel.pipeline().addFirst(new ChannelOutboundHandlerAdapter() {
            @Override
            public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
                ReferenceCountUtil.release(message);
                held.add(promise);
            }
        });
        send(REQUEST.repeat(50));
        assertThat(held).hasSize(1);

        held.getFirst().setSuccess();
        assertThat(channel.isOpen()).isFalse();
    }

    private void send(String text) {
        channel.writeInbound(Unpooled.copiedBuffer(text, ISO_8859_1));
    }

    private void pass(int seconds) {
        channel.advanceTimeBy(seconds, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
    }
}
