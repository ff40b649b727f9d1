package io.bookshelf.broker;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttEncoder;
import io.netty.handler.codec.mqtt.MqttMessageBuilders;

/**
 * Loads most of the classes that a broker is made of. That takes as long as opening a store does, and can be done beside it.
 */
public final class ClassLoading {
    private static final int SOME_BYTES = 1_024;

    private ClassLoading() {}

    /** Uses one of everything, and lets it go. */
    public static void load() {
        EmbeddedChannel sender = new EmbeddedChannel(MqttEncoder.INSTANCE);
        sender.writeOutbound(MqttMessageBuilders.connect().clientId("").build());
        EmbeddedChannel receiver = new EmbeddedChannel(MqttEncoder.INSTANCE, new MqttDecoder(SOME_BYTES));
        receiver.writeInbound(sender.<ByteBuf>readOutbound());
        receiver.finishAndReleaseAll();
        sender.finishAndReleaseAll();
        new EmbeddedChannel(new HttpServerCodec()).finishAndReleaseAll();
        EventLoopGroup group = new NioEventLoopGroup(1);
        new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel accepted) {}
                })
                .register()
                .addListener(registered -> group.shutdownGracefully());
    }
}
