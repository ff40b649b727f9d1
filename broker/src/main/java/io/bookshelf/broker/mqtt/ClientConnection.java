package io.bookshelf.broker.mqtt;

import io.bookshelf.broker.access.AccessPolicy.Principal;
import io.bookshelf.broker.admission.Place;
import io.bookshelf.broker.budget.Owner;
import io.bookshelf.broker.mqtt.ReadGate.Pause;
import io.bookshelf.broker.session.ClientLink;
import io.bookshelf.broker.session.Delivery;
import io.bookshelf.broker.session.Session;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttSubscribeMessage;
import io.netty.handler.codec.mqtt.MqttUnsubscribeMessage;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One client's connection: takes its packets in order, and is what its {@link Session} writes to. Lives on the loop thread.
 */
final class ClientConnection extends ChannelInboundHandlerAdapter implements ClientLink {
    private static final long REPLIES_IN_SOCKET = 1024 * 1024;

    private enum State {
        NEW,
        CONNECTING,
        CONNECTED,
        CLOSED
    }

    private final MqttEndpoint endpoint;
    private final Entrance entrance;
    private final ConnectFlow connectFlow;
    private final PublishFlow publishFlow;
    private final SubscribeFlow subscribeFlow;
    private final LinkFlow linkFlow;
    private final ConnectionMemory memory = new ConnectionMemory();
    private final HeldPackets held = new HeldPackets(memory);
    private final ReadGate reading = new ReadGate();
    private final Silence silence = new Silence();
    private @Nullable ChannelHandlerContext context;
    private @Nullable PacketWriter writer;
    private @Nullable Session session;
    private @Nullable Principal principal;
    private State state = State.NEW;
    private ClientSettings settings = ClientSettings.UNKNOWN;
    private boolean goodbye;
    private String ending = "the connection broke off";
    private long expirySeconds;
    private boolean flushScheduled;
    private long packetsTaken;

    ClientConnection(MqttEndpoint endpoint, Entrance entrance) {
        this.endpoint = endpoint;
        this.entrance = entrance;
        this.linkFlow = new LinkFlow(this, endpoint, entrance.peer());
        this.connectFlow = new ConnectFlow(this, endpoint, entrance);
        this.publishFlow = new PublishFlow(this, endpoint);
        this.subscribeFlow = new SubscribeFlow(this, endpoint);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        memory.attach(ctx.channel(), this::roomAgain);
        writer = new PacketWriter(ctx, endpoint.counters(), endpoint.unitOf());
        endpoint.opened(this);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object packet) {
        endpoint.counters().packetsReceived.increment();
        packetsTaken++;
        silence.broken();
        if (!(packet instanceof MqttMessage message) || state == State.CLOSED) {
            ReferenceCountUtil.release(packet);
        } else if (state == State.CONNECTING) {
            int granted = held.add(message);
            if (granted != Reason.SUCCESS) refuse(granted, "there is no room for packets before CONNACK");
        } else {
            take(message);
        }
    }

    private void take(MqttMessage message) {
        try {
            if (message.decoderResult().isFailure()) {
                throw connectFlow.malformed(message.decoderResult().cause());
            } else if (state == State.NEW) {
                first(message);
            } else {
                dispatch(message);
            }
        } catch (ProtocolException e) {
            refuse(e.reason(), String.valueOf(e.getMessage()));
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void first(MqttMessage message) {
        if (message instanceof MqttConnectMessage connect) {
            state = State.CONNECTING;
            pause(Pause.CONNECTING);
            connectFlow.take(connect);
        } else {
            throw ProtocolException.notConnect(message.fixedHeader().messageType());
        }
    }

    private void dispatch(MqttMessage message) {
        switch (message.fixedHeader().messageType()) {
            case PUBLISH -> publishFlow.publish((MqttPublishMessage) message);
            case PUBREL -> publishFlow.pubrel(message);
            case PUBACK -> publishFlow.puback(message);
            case PUBREC -> publishFlow.pubrec(message);
            case PUBCOMP -> publishFlow.pubcomp(message);
            case SUBSCRIBE -> subscribeFlow.subscribe((MqttSubscribeMessage) message);
            case UNSUBSCRIBE -> subscribeFlow.unsubscribe((MqttUnsubscribeMessage) message);
            case PINGREQ -> {
                writer().pingResponse();
                flushSoon();
            }
            case DISCONNECT -> connectFlow.disconnect(message);
            case CONNECT, AUTH, CONNACK, SUBACK, UNSUBACK, PINGRESP ->
                throw ProtocolException.outOfPlace(message.fixedHeader().messageType());
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        silence.broken();
        if (ctx.channel().isWritable()) {
            resume(Pause.REPLIES_NOT_READ);
            roomAgain();
        }
    }

    private void roomAgain() {
        Session current = session;
        if (current != null && state == State.CONNECTED) {
            current.roomAgain();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof IOException)) {
            endpoint.log().failed(name() + ": closed: " + cause);
        }
        ctx.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        state = State.CLOSED;
        held.discard();
        writer().discard();
        detach();
    }

    private void detach() {
        endpoint.closed(this);
        linkFlow.closed(ending);
        Session current = session;
        if (current != null) {
            session = null;
            endpoint.sessions().disconnected(current, this, goodbye, expirySeconds);
        }
    }

    ClientSettings settings() {
        return settings;
    }

    LinkFlow link() {
        return linkFlow;
    }

    PacketWriter writer() {
        return Objects.requireNonNull(writer, "not in a pipeline");
    }

    ChannelHandlerContext context() {
        return Objects.requireNonNull(context, "not in a pipeline");
    }

    Session session() {
        return Objects.requireNonNull(session, "not connected");
    }

    boolean isOpen() {
        return state != State.CLOSED;
    }

    boolean isConnected() {
        return state == State.CONNECTED;
    }

    /** How many packets have come through the decoder. */
    long packetsTaken() {
        return packetsTaken;
    }

    /** What CONNECT said; the connection is not open to other packets yet. */
    void identified(Principal who, ClientSettings said) {
        principal = who;
        settings = said;
        expirySeconds = said.expirySeconds();
        writer().clientTakes(said);
    }

    void attach(Session to) {
        session = to;
    }

    /** CONNACK is written: packets that came meanwhile are taken, and reading goes on. */
    void connected() {
        state = State.CONNECTED;
        endpoint.connected(this);
        Place.keep(context().channel());
        flushSoon();
        MqttMessage next;
        while (state == State.CONNECTED && (next = held.next()) != null) {
            take(next);
        }
        resume(Pause.CONNECTING);
    }

    /** A DISCONNECT has come. */
    void leave(boolean withWill, long expiry, String why) {
        goodbye = !withWill;
        ending = why;
        expirySeconds = expiry;
        shut();
    }

    /** Something was written: it leaves at the end of what the loop is doing. */
    void flushSoon() {
        if (!flushScheduled) {
            flushScheduled = true;
            context().executor().execute(this::flushNow);
        }
    }

    private void flushNow() {
        flushScheduled = false;
        if (isOpen()) {
            writer().push();
            context().flush();
            memory.lookAtUnread();
        }
    }

    /** A reply was written; a client that does not read its replies is not read either. */
    void replied() {
        flushSoon();
        if (!context().channel().isWritable() && context().channel().bytesBeforeWritable() > REPLIES_IN_SOCKET) {
            pause(Pause.REPLIES_NOT_READ);
        }
    }

    void pause(Pause reason) {
        reading.pause(context().channel(), reason);
    }

    void resume(Pause reason) {
        if (isOpen() && reading.resume(context().channel(), reason)) {
            silence.broken();
        }
    }

    /** What it makes the unit hold. */
    ConnectionMemory memory() {
        return memory;
    }

    /** Closes the connection because of something the client did; one line says why. */
    void refuse(int reason, String why) {
        if (!isOpen()) {
            return;
        }
        say("closed: " + why);
        endpoint.counters().connectionsRejected.increment();
        disconnect(reason, why);
    }

    /** Closes the connection because the unit has no use for it any more. */
    void end(String why) {
        if (isOpen()) {
            disconnect(Reason.IMPLEMENTATION_SPECIFIC, why);
        }
    }

    private void disconnect(int reason, String why) {
        ending = why;
        if (isConnected() && settings.version5()) {
            writer().message(Replies.disconnect(reason, writer().reasonStrings() ? why : null));
        }
        shut();
    }

    /** Writes what is pending and closes. */
    private void shut() {
        if (state != State.CLOSED) {
            state = State.CLOSED;
            detach();
            writer().push();
            LastWrite.thenClose(context());
        }
    }

    /** Who this is, for the log. */
    String name() {
        Principal who = principal;
        Object address = context().channel().remoteAddress();
        return who == null ? "connection " + address : "client " + who.clientId() + " " + address;
    }

    /** Tells the log, and who this is. */
    void say(String what) {
        endpoint.log().say(principal, name() + ": " + what);
    }

    @Override
    public Principal principal() {
        return Objects.requireNonNull(principal, "not identified");
    }

    @Override
    public Owner owner() {
        return entrance.owner(context().channel().remoteAddress(), principal().user());
    }

    @Override
    public boolean hasRoom() {
        return state == State.CONNECTED && context().channel().isWritable() && !memory.full();
    }

    @Override
    public int receiveMaximum() {
        return settings.receiveMaximum();
    }

    @Override
    public boolean publish(Delivery delivery, int packetId, boolean again) {
        boolean written =
                writer().publish(delivery, packetId, again, endpoint.wall().millis());
        flushSoon();
        return written;
    }

    @Override
    public void pubrel(int packetId) {
        writer().reply(0x62, packetId, Reason.SUCCESS, null, null);
        flushSoon();
    }

    @Override
    public void close(CloseReason reason) {
        if (!isOpen()) {
            return;
        }
        switch (reason) {
            case TAKEN_OVER -> disconnect(Reason.SESSION_TAKEN_OVER, "another connection has this client id");
            case NO_ROOM -> refuse(Reason.QUOTA_EXCEEDED, "the unit's disk is full");
            case NO_MEMORY -> refuse(Reason.QUOTA_EXCEEDED, "clients have used up their memory");
            case STORE_FAILED -> refuse(Reason.UNSPECIFIED, "the unit could not read its store");
            case PUT_OUT -> refuse(Reason.NOT_AUTHORIZED, "whoever it is would not be let in any more");
        }
    }

    /** The unit stops. */
    void shutDown() {
        disconnect(Reason.SERVER_SHUTTING_DOWN, "the unit is stopping");
    }

    /** Once a second: closes what has not connected in time, or has been silent for one and a half keep-alives. */
    void tick(long nanos) {
        if (!isOpen()) {
            return;
        }
        if (memory.isStuck() && linkFlow.isClient())
            refuse(Reason.QUOTA_EXCEEDED, "it reads nothing of what it is sent");
        if (!isConnected()) {
            if (silence.isOpenFor(endpoint.limits().connectSeconds(), nanos)) {
                refuse(Reason.KEEP_ALIVE_TIMEOUT, "no CONNECT in time");
                context().close();
            }
            return;
        }
        if (!reading.waitsForTheUnit() && silence.outlasts(settings.keepAliveSeconds(), nanos)) {
            refuse(Reason.KEEP_ALIVE_TIMEOUT, "silent for longer than its keep-alive allows");
        }
    }
}
