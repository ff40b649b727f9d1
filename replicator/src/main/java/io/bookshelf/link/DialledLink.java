package io.bookshelf.link;

import com.hivemq.client.mqtt.datatypes.MqttTopic;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import io.bookshelf.broker.peer.Peer;
import io.bookshelf.broker.peer.PeerDoor;
import io.bookshelf.broker.peer.PeerIdentity;
import io.reactivex.processors.FlowableProcessor;
import io.reactivex.processors.UnicastProcessor;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A link that this unit dialled: an MQTT client's connection. */
final class DialledLink implements Link {
    /** More than this waiting for a peer that does not read is no window any more. */
    private static final long UNSENT = 4L * 1024 * 1024;

    /** More than this from a peer whose frames are not taken for now is no window any more. */
    private static final long HELD = 4L * 1024 * 1024;

    private static final long LAST_FRAMES_MILLIS = 1_000;

    private static final MqttTopic TOPIC = MqttTopic.of(PeerDoor.TOPIC);

    private final Peer peer;
    private final String address;
    private final Mqtt5Client client;
    private final int largestFrame;
    private final LinkListener listener;
    private final InOrder events;
    private final FlowableProcessor<Mqtt5Publish> toSend =
            UnicastProcessor.<Mqtt5Publish>create(16).toSerialized();
    private final AtomicLong unsent = new AtomicLong();

    private final AtomicBoolean left = new AtomicBoolean();
    private volatile @Nullable String goodbye;
    private volatile boolean ended;

    // What follows belongs to the events.
    private final ArrayDeque<byte[]> held = new ArrayDeque<>();
    private final AtomicLong heldBytes = new AtomicLong();
    private boolean paused;

    /** @param events in which order what comes from the client is told */
    DialledLink(
            Peer peer, String address, Mqtt5Client client, int largestFrame, LinkListener listener, InOrder events) {
        this.peer = peer;
        this.address = address;
        this.client = client;
        this.largestFrame = largestFrame;
        this.listener = listener;
        this.events = events;
    }

    /** The client is connected. One of the events. */
    void open() {
        var unused = client.toRx().publish(toSend).subscribe(this::sent, failure -> close(Reasons.of(failure)));
        listener.opened(this);
    }

    /** A frame has come. One of the events. */
    void received(byte[] frame) {
        if (ended) {
            return;
        }
        if (!paused) {
            listener.received(this, frame);
            return;
        }
        held.add(frame);
        if (heldBytes.addAndGet(frame.length) > HELD + 2L * largestFrame) {
            close("it sends more than anybody has room for");
        }
    }

    /** The client is no longer connected. One of the events. */
    void end(String reason) {
        if (!ended) {
            ended = true;
            held.clear();
            toSend.onComplete();
            listener.closed(this, reason);
        }
    }

    /** Bytes of frames that have not gone to the socket yet. */
    long unsentBytes() {
        return unsent.get();
    }

    /** Bytes of frames that have come and are not taken for now. */
    long heldBytes() {
        return heldBytes.get();
    }

    Peer certified() {
        return peer;
    }

    @Override
    public PeerIdentity peer() {
        return peer.identity();
    }

    @Override
    public boolean dialled() {
        return true;
    }

    @Override
    public String address() {
        return address;
    }

    @Override
    public void send(byte[] frame) {
        if (frame.length > largestFrame) {
            throw new IllegalArgumentException(
                    "a frame of " + frame.length + " bytes; at most " + largestFrame + " are sent");
        }
        if (ended) {
            return;
        }
        if (unsent.addAndGet(frame.length) > UNSENT + 2L * largestFrame) {
            close("it does not read the frames that it is sent");
            return;
        }
        toSend.onNext(Mqtt5Publish.builder().topic(TOPIC).payload(frame).build());
    }

    private void sent(Mqtt5PublishResult result) {
        int size = result.getPublish().getPayload().map(ByteBuffer::remaining).orElse(0);
        if (unsent.addAndGet(-size) == 0) {
            disconnect();
        }
        result.getError().ifPresent(failure -> close(Reasons.of(failure)));
    }

    @Override
    public void pause() {
        events.run(() -> paused = true);
    }

    @Override
    public void resume() {
        events.run(() -> {
            paused = false;
            byte[] frame;
            while (!paused && !ended && (frame = held.poll()) != null) {
                heldBytes.addAndGet(-frame.length);
                listener.received(this, frame);
            }
        });
    }

    @Override
    public void close(String reason) {
        events.run(() -> {
            if (!ended) {
                end(reason);
                goodbye = Reasons.plain(reason);
                if (unsent.get() == 0) {
                    disconnect();
                }
                // A peer that does not read gets no more time than that.
                CompletableFuture.delayedExecutor(LAST_FRAMES_MILLIS, TimeUnit.MILLISECONDS)
                        .execute(this::disconnect);
            }
        });
    }

    /** Not before the client has handed all frames to the socket: it would leave them behind. */
    private void disconnect() {
        String why = goodbye;
        if (why != null && left.compareAndSet(false, true)) {
            client.toAsync().disconnectWith().reasonString(why).send();
        }
    }

    @Override
    public String toString() {
        return "link to " + peer.identity() + " at " + address;
    }
}
