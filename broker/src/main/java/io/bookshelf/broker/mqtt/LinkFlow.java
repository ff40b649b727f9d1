package io.bookshelf.broker.mqtt;

import io.bookshelf.broker.peer.Peer;
import io.bookshelf.broker.peer.PeerChannel;
import io.bookshelf.broker.peer.PeerDoor;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttQoS;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The frames of a link, which come and go as PUBLISH packets past sessions, store and bus. What comes is handed on while
 * the packet is taken; what goes may be given by any thread.
 */
final class LinkFlow implements PeerChannel {
    /** More than this waiting for a peer that does not read is no window any more. */
    private static final long UNSENT = 4L * 1024 * 1024;

    private final ClientConnection connection;
    private final MqttEndpoint endpoint;
    private final ConcurrentLinkedQueue<byte[]> toSend = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean sendingSoon = new AtomicBoolean();
    private final @Nullable Peer peer;
    private PeerDoor.@Nullable Receiver receiver;

    LinkFlow(ClientConnection connection, MqttEndpoint endpoint, @Nullable Peer peer) {
        this.connection = connection;
        this.endpoint = endpoint;
        this.peer = peer;
    }

    /** Who proved by certificate to be at the other end, null for a local client. */
    @Nullable
    Peer certified() {
        return peer;
    }

    /** True until it has turned out to be a link, whose frames have a window of their own. */
    boolean isClient() {
        return receiver == null;
    }

    /** A PUBLISH on the topic of links has come. */
    void frame(MqttPublishMessage message) {
        PeerDoor door = check(message);
        if (receiver == null) {
            receiver = door.open(this);
        }
        receiver.received(ByteBufUtil.getBytes(message.payload()));
    }

    private PeerDoor check(MqttPublishMessage message) {
        PeerDoor door = endpoint.door();
        Peer who = peer;
        if (who == null || door == null) {
            throw new ProtocolException(Reason.NOT_AUTHORIZED, "link frames from a client without a certificate");
        }
        if (!who.mayLink()) {
            throw new ProtocolException(Reason.NOT_AUTHORIZED, "link frames from " + who.identity());
        }
        if (!connection.settings().version5()) {
            throw new ProtocolException(Reason.NOT_AUTHORIZED, "link frames need MQTT 5");
        }
        if (message.fixedHeader().qosLevel() != MqttQoS.AT_MOST_ONCE
                || message.fixedHeader().isRetain()) {
            throw new ProtocolException(Reason.PROTOCOL_ERROR, "link frames have QoS 0 and are not retained");
        }
        int size = message.payload().readableBytes();
        if (size > endpoint.maximumFrameSize()) {
            throw new ProtocolException(
                    Reason.PACKET_TOO_LARGE,
                    "a link frame of " + size + " bytes; at most " + endpoint.maximumFrameSize() + " are taken");
        }
        return door;
    }

    /** The connection has ended. Loop thread. */
    void closed(String why) {
        PeerDoor.Receiver last = receiver;
        receiver = null;
        toSend.clear();
        if (last != null) {
            last.closed(why);
        }
    }

    @Override
    public Peer peer() {
        return Objects.requireNonNull(peer, "a local client");
    }

    @Override
    public String address() {
        return String.valueOf(channel().remoteAddress());
    }

    private Channel channel() {
        return connection.context().channel();
    }

    @Override
    public void send(byte[] frame) {
        if (frame.length > endpoint.maximumFrameSize()) {
            throw new IllegalArgumentException(
                    "a frame of " + frame.length + " bytes; at most " + endpoint.maximumFrameSize() + " are sent");
        }
        toSend.add(frame);
        if (sendingSoon.compareAndSet(false, true)) {
            later(this::sendWhatWaits);
        }
    }

    /** One task for all that was given until it runs: a burst costs one wake-up and one flush. */
    private void sendWhatWaits() {
        sendingSoon.set(false);
        byte[] frame;
        while ((frame = toSend.poll()) != null) {
            if (connection.isOpen()) {
                connection.writer().linkFrame(frame);
            }
        }
        if (connection.isOpen()) {
            connection.flushSoon();
            if (channel().bytesBeforeWritable() > UNSENT + 2L * endpoint.maximumFrameSize()) {
                connection.refuse(Reason.QUOTA_EXCEEDED, "it does not read the link frames that it is sent");
            }
        }
    }

    @Override
    public void pause() {
        if (connection.context().executor().inEventLoop()) {
            connection.pause(ReadGate.Pause.LINK_FULL);
        } else {
            later(() -> connection.pause(ReadGate.Pause.LINK_FULL));
        }
    }

    @Override
    public void resume() {
        later(() -> connection.resume(ReadGate.Pause.LINK_FULL));
    }

    @Override
    public void close(String reason) {
        later(() -> connection.end(reason));
    }

    private void later(Runnable task) {
        try {
            connection.context().executor().execute(task);
        } catch (RejectedExecutionException e) {
            // The loop has stopped, and the connection with it.
        }
    }
}
