package io.bookshelf.broker.mqtt;

import io.bookshelf.broker.access.AccessPolicy.Principal;
import io.bookshelf.broker.config.BrokerConfig.Limits;
import io.bookshelf.broker.peer.PeerDoor;
import io.bookshelf.broker.session.PublishRequest;
import io.bookshelf.broker.session.Session;
import io.bookshelf.broker.topic.TopicFilter;
import io.bookshelf.bus.Commit;
import io.bookshelf.bus.WriteId;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.ValueProperties;
import io.bookshelf.schema.Version;
import io.bookshelf.store.SessionChange;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageIdVariableHeader;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttPubReplyMessageVariableHeader;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** PUBLISH in both directions, with its acknowledgements. */
final class PublishFlow {
    private static final Logger log = LoggerFactory.getLogger(PublishFlow.class);
    private static final int PUBACK = 0x40;
    private static final int PUBREC = 0x50;
    private static final int PUBREL = 0x62;
    private static final int PUBCOMP = 0x70;

    private final ClientConnection connection;
    private final MqttEndpoint endpoint;
    private final TopicAliases aliases;

    /** QoS 2 packet ids whose publish is not durable yet: a repeated PUBLISH gets its PUBREC with the first. */
    private final Set<Integer> receiving = new HashSet<>();

    private int unacknowledged;
    private WriteId.@Nullable Owner owner;

    PublishFlow(ClientConnection connection, MqttEndpoint endpoint) {
        this.connection = connection;
        this.endpoint = endpoint;
        Limits limits = endpoint.limits();
        this.aliases = new TopicAliases(limits.topicAliases(), limits.keyBytes(), connection.memory()::aliases);
    }

    /** Why a publish is not taken; the client learns it in place of the acknowledgement. */
    private record Refusal(int reason, String why) {}

    void publish(MqttPublishMessage message) {
        String topic = topic(message);
        if (topic.equals(PeerDoor.TOPIC)) {
            connection.link().frame(message);
            return;
        }
        endpoint.counters().publishesReceived.increment();
        endpoint.counters().publishBytesReceived.add(message.payload().readableBytes());
        int qos = message.fixedHeader().qosLevel().value();
        int packetId = qos == 0 ? 0 : message.variableHeader().packetId();
        Session session = connection.session();
        if (qos == 2 && session.incoming().contains(packetId)) {
            if (!receiving.contains(packetId)) {
                reply(PUBREC, packetId, Reason.SUCCESS);
            }
            return;
        }
        if (qos > 0) {
            countUnacknowledged();
        }
        Refusal refusal = check(topic, message);
        if (refusal != null) {
            refuse(qos, packetId, topic, refusal);
            return;
        }
        submit(message, topic, qos, packetId, session);
        if (endpoint.busFull()) {
            connection.pause(ReadGate.Pause.BUS_FULL);
        }
    }

    private void countUnacknowledged() {
        unacknowledged++;
        int most = endpoint.limits().receiveMaximum();
        if (unacknowledged > most) {
            if (connection.settings().version5()) {
                throw new ProtocolException(
                        Reason.RECEIVE_MAXIMUM_EXCEEDED, "more than " + most + " unacknowledged publishes");
            }
            connection.pause(ReadGate.Pause.TOO_MANY_UNACKNOWLEDGED);
        }
    }

    private void acknowledged() {
        unacknowledged--;
        if (unacknowledged <= endpoint.limits().receiveMaximum() / 2) {
            connection.resume(ReadGate.Pause.TOO_MANY_UNACKNOWLEDGED);
        }
    }

    private String topic(MqttPublishMessage message) {
        String topic = message.variableHeader().topicName();
        long alias = connection.settings().version5()
                ? Properties.number(message.variableHeader().properties(), Properties.TOPIC_ALIAS, -1)
                : -1;
        return aliases.resolve(topic, alias);
    }

    private @Nullable Refusal check(String topic, MqttPublishMessage message) {
        Limits limits = endpoint.limits();
        String problem = Key.problemWith(topic);
        if (problem != null) {
            return new Refusal(topic.startsWith("$") ? Reason.NOT_AUTHORIZED : Reason.TOPIC_NAME_INVALID, problem);
        }
        int length = topic.length() > limits.keyBytes() ? topic.length() : ByteBufUtil.utf8Bytes(topic);
        if (length > limits.keyBytes()) {
            return new Refusal(
                    Reason.TOPIC_NAME_INVALID,
                    "a topic name of " + length + " bytes; at most " + limits.keyBytes() + " are taken");
        }
        boolean deletes = message.fixedHeader().isRetain() && !message.payload().isReadable();
        if (!deletes && TopicFilter.levelsOf(topic) > TopicFilter.MOST_LEVELS) {
            // What an older version took can still be deleted.
            return new Refusal(Reason.TOPIC_NAME_INVALID, TopicFilter.tooManyLevels("a topic name"));
        }
        int size = message.payload().readableBytes();
        if (size > limits.valueBytes()) {
            return new Refusal(
                    Reason.QUOTA_EXCEEDED,
                    "a value of " + size + " bytes; at most " + limits.valueBytes() + " are taken");
        }
        MqttProperties properties = message.variableHeader().properties();
        String answers = Properties.text(properties, Properties.RESPONSE_TOPIC);
        if (answers != null && (answers.indexOf('+') >= 0 || answers.indexOf('#') >= 0)) {
            throw new ProtocolException(Reason.PROTOCOL_ERROR, "a response topic with a wildcard");
        }
        if (Properties.has(properties, Properties.SUBSCRIPTION_ID)) {
            throw new ProtocolException(Reason.PROTOCOL_ERROR, "only a server sends subscription identifiers");
        }
        if (Properties.number(properties, Properties.PAYLOAD_FORMAT, 0) == 1
                && !ByteBufUtil.isText(message.payload(), StandardCharsets.UTF_8)) {
            return new Refusal(Reason.PAYLOAD_FORMAT_INVALID, "a payload that is said to be UTF-8 and is not");
        }
        if (!endpoint.access()
                .mayPublish(connection.principal(), topic, deletes, () -> ByteBufUtil.getBytes(message.payload()))) {
            return new Refusal(Reason.NOT_AUTHORIZED, "no right to write " + topic);
        }
        Refusal refusal = checkIfAbsent(message, Properties.user(properties, Properties.IF_ABSENT));
        return refusal == null ? checkWriteId(message, Properties.users(properties, Properties.WRITE_ID)) : refusal;
    }

    /** Only a write that can be answered may be one that is repeated for its answer. */
    private static @Nullable Refusal checkWriteId(MqttPublishMessage message, List<String> ids) {
        if (ids.isEmpty()) {
            return null;
        }
        if (ids.size() > 1 || !WriteId.isValid(ids.getFirst())) {
            return new Refusal(
                    Reason.IMPLEMENTATION_SPECIFIC,
                    Properties.WRITE_ID + " is one id, of 1 to " + WriteId.LONGEST
                            + " characters of A-Z, a-z, 0-9, _ and -");
        }
        boolean canBe = message.fixedHeader().isRetain()
                && message.fixedHeader().qosLevel().value() > 0;
        return canBe
                ? null
                : new Refusal(
                        Reason.IMPLEMENTATION_SPECIFIC,
                        Properties.WRITE_ID + " is for a retained publish at QoS 1 or 2");
    }

    /** Only a write that can be answered may depend on what is there. */
    private static @Nullable Refusal checkIfAbsent(MqttPublishMessage message, @Nullable String asked) {
        if (asked == null || asked.equals("false")) {
            return null;
        }
        if (!asked.equals("true")) {
            return new Refusal(Reason.IMPLEMENTATION_SPECIFIC, Properties.IF_ABSENT + " is true or false");
        }
        boolean canBe = message.fixedHeader().isRetain()
                && message.fixedHeader().qosLevel().value() > 0
                && message.payload().isReadable();
        return canBe
                ? null
                : new Refusal(
                        Reason.IMPLEMENTATION_SPECIFIC,
                        Properties.IF_ABSENT + " is for a retained publish with a payload, at QoS 1 or 2");
    }

    private void refuse(int qos, int packetId, String topic, Refusal refusal) {
        endpoint.counters().publishesRefused.increment();
        connection.say("a publish refused: " + refusal.why());
        if (!connection.settings().version5()) {
            connection.refuse(refusal.reason(), refusal.why());
        } else if (qos == 0) {
            refuseUnanswerable(refusal);
        } else {
            // In its place behind the acknowledgements of what came before it.
            endpoint.sessions().inOrder(() -> settle(qos, packetId, topic, refusal, null, null));
        }
    }

    /**
     * QoS 0 has no acknowledgement to say no in: a broken limit ends the connection; a missing right, or a condition that
     * cannot be answered, only the message.
     */
    private void refuseUnanswerable(Refusal refusal) {
        if (refusal.reason() != Reason.NOT_AUTHORIZED && refusal.reason() != Reason.IMPLEMENTATION_SPECIFIC) {
            connection.refuse(refusal.reason(), refusal.why());
        }
    }

    private void submit(MqttPublishMessage message, String topic, int qos, int packetId, Session session) {
        MqttProperties properties = message.variableHeader().properties();
        boolean retain = message.fixedHeader().isRetain();
        ValueProperties value = Properties.value(
                properties, connection.principal().user(), retain && session.wantsNoLocal() ? session.clientId() : "");
        List<SessionChange> changes = List.of();
        if (qos == 2) {
            if (session.incoming().size() >= endpoint.limits().receiveMaximum()) {
                // Of former connections too, which never released theirs.
                throw new ProtocolException(
                        Reason.RECEIVE_MAXIMUM_EXCEEDED,
                        "more packets of QoS 2 than this unit takes wait for their PUBREL");
            }
            session.incoming().add(packetId);
            receiving.add(packetId);
            if (session.durable()) {
                changes = List.of(new SessionChange.SaveIncoming(session.clientId(), packetId));
            }
        }
        ByteBuf payload = message.payload();
        endpoint.sessions()
                .router()
                .publish(new PublishRequest(
                        session,
                        topic,
                        ByteBufUtil.getBytes(payload),
                        qos,
                        retain,
                        value,
                        Properties.number(properties, Properties.MESSAGE_EXPIRY, 0),
                        "true".equals(Properties.user(properties, Properties.IF_ABSENT)),
                        writeId(properties),
                        changes,
                        outcome -> done(session, qos, packetId, topic, outcome)));
    }

    private @Nullable WriteId writeId(MqttProperties properties) {
        String id = Properties.user(properties, Properties.WRITE_ID);
        if (id == null) {
            return null;
        }
        if (owner == null) {
            Principal principal = connection.principal();
            owner = WriteId.Owner.of(principal.clientId(), principal.user());
        }
        return new WriteId(owner, id);
    }

    private void done(Session session, int qos, int packetId, String topic, Commit.Outcome outcome) {
        String refused = outcome.refusal();
        if (refused != null) {
            endpoint.counters().publishesRefused.increment();
            if (qos == 2) {
                session.incoming().remove(packetId);
            }
        }
        settle(qos, packetId, topic, refused == null ? null : refusal(refused), outcome.version(), outcome.notice());
    }

    private static Refusal refusal(String why) {
        boolean asked = why.equals(Commit.KEY_EXISTS) || why.equals(Commit.ID_OF_ANOTHER);
        return new Refusal(asked ? Reason.IMPLEMENTATION_SPECIFIC : Reason.QUOTA_EXCEEDED, why);
    }

    private void settle(
            int qos,
            int packetId,
            String topic,
            @Nullable Refusal refusal,
            @Nullable Version version,
            @Nullable String notice) {
        if (!connection.isOpen()) {
            return;
        }
        if (refusal != null) {
            if (!connection.settings().version5()) {
                // MQTT 3 knows no negative acknowledgement: none is given, and the client learns it by the close.
                connection.refuse(refusal.reason(), refusal.why());
                return;
            }
            log.debug("{}: {} refused: {}", connection.name(), topic, refusal.why());
        }
        if (qos == 0) {
            return;
        }
        int reason = refusal == null ? Reason.SUCCESS : refusal.reason();
        String why = refusal == null ? notice : refusal.why();
        if (qos == 1) {
            acknowledged();
            reply(PUBACK, packetId, reason, why, version);
        } else {
            receiving.remove(packetId);
            if (refusal != null) {
                acknowledged();
            }
            reply(PUBREC, packetId, reason, why, version);
        }
    }

    void pubrel(MqttMessage message) {
        int packetId = packetId(message);
        Session session = connection.session();
        if (!session.incoming().contains(packetId) || receiving.contains(packetId)) {
            reply(PUBCOMP, packetId, Reason.PACKET_ID_NOT_FOUND);
            return;
        }
        if (unacknowledged > 0) {
            acknowledged();
        }
        endpoint.sessions().release(session, packetId, () -> {
            if (connection.isOpen()) {
                reply(PUBCOMP, packetId, Reason.SUCCESS);
            }
        });
    }

    void puback(MqttMessage message) {
        connection.session().puback(packetId(message));
    }

    void pubrec(MqttMessage message) {
        int packetId = packetId(message);
        boolean refused = message.variableHeader() instanceof MqttPubReplyMessageVariableHeader header
                && (header.reasonCode() & 0xFF) >= Reason.UNSPECIFIED;
        if (!connection.session().pubrec(packetId, refused) && !refused) {
            reply(PUBREL, packetId, Reason.PACKET_ID_NOT_FOUND);
        }
    }

    void pubcomp(MqttMessage message) {
        connection.session().pubcomp(packetId(message));
    }

    private static int packetId(MqttMessage message) {
        return ((MqttMessageIdVariableHeader) message.variableHeader()).messageId();
    }

    private void reply(int firstByte, int packetId, int reason) {
        reply(firstByte, packetId, reason, null, null);
    }

    private void reply(int firstByte, int packetId, int reason, @Nullable String why, @Nullable Version version) {
        connection.writer().reply(firstByte, packetId, reason, why, version);
        connection.replied();
    }
}
