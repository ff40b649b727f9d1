package io.bookshelf.broker.web;

import io.bookshelf.broker.peer.Peer;
import io.netty.channel.ChannelPipeline;
import org.jspecify.annotations.Nullable;

/** What stands behind the WebSocket. */
@FunctionalInterface
public interface Upgraded {
    /**
     * Appends the MQTT handlers to a pipeline whose connection has been upgraded. They see {@code ByteBuf}s, and
     * {@code channelActive} once they are all in place.
     *
     * @param peer who proved by certificate to be at the other end, null for anybody else
     */
    void install(ChannelPipeline pipeline, @Nullable Peer peer);
}
