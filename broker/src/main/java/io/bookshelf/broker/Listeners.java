package io.bookshelf.broker;

import io.bookshelf.broker.admission.Admission;
import io.bookshelf.broker.metrics.BrokerCounters;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The sockets that accept connections. */
final class Listeners {
    private static final int BACKLOG = 1_024;
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(64 * 1024, 256 * 1024);

    private final EventLoopGroup loop;
    private final BrokerCounters counters;
    private final Admission admission;
    private final List<Channel> open = new ArrayList<>();

    Listeners(EventLoopGroup loop, BrokerCounters counters, Admission admission) {
        this.loop = loop;
        this.counters = counters;
        this.admission = admission;
    }

    /**
     * Listens.
     *
     * @param setting the setting to name when the address cannot be had
     * @param install adds the protocol to a new connection's pipeline
     * @return the address it listens at
     */
    InetSocketAddress listen(String setting, InetSocketAddress address, Consumer<SocketChannel> install) {
        ChannelFuture bound = new ServerBootstrap()
                .group(loop)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        accepted(channel, setting, install);
                    }
                })
                .bind(address)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            String where = address.getHostString() + ":" + address.getPort();
            throw new BrokerException(
                    setting + ": cannot listen on " + where + " ("
                            + bound.cause().getMessage()
                            + "): stop what listens there, or choose another address with --"
                            + setting.replace('_', '-'),
                    bound.cause());
        }
        open.add(bound.channel());
        return (InetSocketAddress) bound.channel().localAddress();
    }

    private void accepted(SocketChannel channel, String setting, Consumer<SocketChannel> install) {
        counters.connectionsAccepted.increment();
        counters.connectionsOpen.increment();
        channel.closeFuture().addListener(closed -> counters.connectionsOpen.decrement());
        if (admission.admit(channel, setting) == null) {
            counters.connectionsRejected.increment();
            return;
        }
        channel.pipeline().addLast("bytes", new ByteCounter(counters));
        install.accept(channel);
    }

    void close() {
        open.forEach(channel -> channel.close().awaitUninterruptibly());
    }

    private static final class ByteCounter extends ChannelDuplexHandler {
        private final BrokerCounters counters;

        ByteCounter(BrokerCounters counters) {
            this.counters = counters;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof ByteBuf bytes) {
                counters.bytesReceived.add(bytes.readableBytes());
            }
            ctx.fireChannelRead(message);
        }

        @Override
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
            if (message instanceof ByteBuf bytes) {
                counters.bytesSent.add(bytes.readableBytes());
            }
            ctx.write(message, promise);
        }
    }
}
