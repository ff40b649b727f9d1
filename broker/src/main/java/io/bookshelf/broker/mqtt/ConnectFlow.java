package io.bookshelf.broker.mqtt;

import io.bookshelf.broker.access.AccessPolicy.Principal;
import io.bookshelf.broker.access.PeerAccess;
import io.bookshelf.broker.config.BrokerConfig.Limits;
import io.bookshelf.broker.peer.Peer;
import io.bookshelf.broker.session.Session;
import io.bookshelf.broker.session.SessionIds;
import io.bookshelf.broker.session.SessionRegistry;
import io.bookshelf.broker.session.Will;
import io.bookshelf.broker.topic.TopicFilter;
import io.bookshelf.schema.Key;
import io.bookshelf.store.Holder;
import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttConnectPayload;
import io.netty.handler.codec.mqtt.MqttConnectVariableHeader;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttReasonCodeAndPropertiesVariableHeader;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** CONNECT, CONNACK and DISCONNECT. */
final class ConnectFlow {
    private static final int LONGEST_CLIENT_ID = 512;
    private static final long NEVER = 0xFFFF_FFFFL;

    private final ClientConnection connection;
    private final MqttEndpoint endpoint;
    private final Entrance entrance;

    ConnectFlow(ClientConnection connection, MqttEndpoint endpoint, Entrance entrance) {
        this.connection = connection;
        this.endpoint = endpoint;
        this.entrance = entrance;
    }

    /** A CONNECT, checked, with what it asks for. */
    private record Asked(
            boolean version5,
            String clientId,
            boolean assigned,
            boolean cleanStart,
            long askedExpiry,
            int askedKeepAlive,
            ClientSettings settings,
            @Nullable String user,
            byte @Nullable [] password,
            @Nullable Will will) {}

    void take(MqttConnectMessage message) {
        endpoint.counters().connects.increment();
        boolean version5 = message.variableHeader().version() == 5;
        Asked asked;
        try {
            asked = check(message, version5);
        } catch (ProtocolException e) {
            refuse(version5, e.reason(), String.valueOf(e.getMessage()));
            return;
        }
        int granted = connection.memory().waiting(HeldPackets.size(message));
        if (granted != Reason.SUCCESS) {
            refuse(version5, granted, "there is no room for its CONNECT");
            return;
        }
        connection.identified(new Principal(asked.clientId(), ""), asked.settings());
        Peer peer = entrance.peer();
        if (peer != null) {
            // The certificate says who it is; a name and a password mean nothing.
            letIn(asked, PeerAccess.principal(peer, asked.clientId()));
            return;
        }
        String phone = entrance.tokens() ? endpoint.phone(connection, asked.user(), asked.password()) : null;
        if (phone != null) {
            letIn(asked, PeerAccess.principal(phone, asked.clientId()));
            return;
        }
        if (!entrance.local()) {
            refuse(
                    version5,
                    Reason.BAD_USER_NAME_OR_PASSWORD,
                    "it has neither a certificate nor a good token of a paired phone");
            return;
        }
        endpoint.authenticate(connection, asked.clientId(), asked.user(), asked.password(), answer -> {
            if (!connection.isOpen()) {
                return;
            }
            if (answer.busy()) {
                refuse(version5, Reason.SERVER_BUSY, "too many passwords of this address or user wait to be checked");
            } else if (answer.who() == null) {
                refuse(version5, Reason.BAD_USER_NAME_OR_PASSWORD, "user name or password is not right");
            } else {
                letIn(asked, answer.who());
            }
        });
    }

    private Asked check(MqttConnectMessage message, boolean version5) {
        MqttConnectVariableHeader header = message.variableHeader();
        MqttConnectPayload payload = message.payload();
        MqttProperties properties = header.properties();
        Limits limits = endpoint.limits();
        if (Properties.has(properties, Properties.AUTHENTICATION_METHOD)) {
            throw new ProtocolException(Reason.BAD_AUTHENTICATION_METHOD, "enhanced authentication is not offered");
        }
        if (!version5 && header.hasPassword() && !header.hasUserName()) {
            throw new ProtocolException(Reason.BAD_USER_NAME_OR_PASSWORD, "a password without a user name");
        }
        boolean assigned = payload.clientIdentifier().isEmpty();
        if (assigned && (header.version() == 3 || header.version() == 4 && !header.isCleanSession())) {
            throw new ProtocolException(Reason.CLIENT_ID_NOT_VALID, "an empty client id needs a clean session");
        }
        if (payload.clientIdentifier().length() > LONGEST_CLIENT_ID) {
            throw new ProtocolException(
                    Reason.CLIENT_ID_NOT_VALID, "a client id has at most " + LONGEST_CLIENT_ID + " characters");
        }
        if (connection.link().certified() == null && PeerAccess.isReserved(payload.clientIdentifier())) {
            throw new ProtocolException(
                    Reason.CLIENT_ID_NOT_VALID, "a client id of this form comes with a certificate or a token only");
        }
        if (SessionIds.isReserved(payload.clientIdentifier())) {
            throw new ProtocolException(
                    Reason.CLIENT_ID_NOT_VALID, "client ids that start with user:// are the unit's own");
        }
        String clientId = assigned
                ? "bookshelf-"
                        + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong())
                : payload.clientIdentifier();
        long askedExpiry = version5
                ? Properties.number(properties, Properties.SESSION_EXPIRY, 0)
                : header.isCleanSession() ? 0 : NEVER;
        return new Asked(
                version5,
                clientId,
                assigned,
                header.isCleanSession(),
                askedExpiry,
                header.keepAliveTimeSeconds(),
                settings(version5, properties, askedExpiry, header.keepAliveTimeSeconds(), limits),
                header.hasUserName() ? payload.userName() : null,
                header.hasPassword() ? payload.passwordInBytes() : null,
                will(header, payload, version5));
    }

    private static ClientSettings settings(
            boolean version5, MqttProperties properties, long askedExpiry, int askedKeepAlive, Limits limits) {
        long receiveMaximum = Properties.number(properties, Properties.RECEIVE_MAXIMUM, 65_535);
        long packetMaximum = Properties.number(properties, Properties.MAXIMUM_PACKET_SIZE, Long.MAX_VALUE);
        if (receiveMaximum == 0 || packetMaximum == 0) {
            throw new ProtocolException(Reason.PROTOCOL_ERROR, "receive maximum and maximum packet size may not be 0");
        }
        boolean keepAliveTooLong = askedKeepAlive == 0 || askedKeepAlive > limits.keepAliveSeconds();
        return new ClientSettings(
                version5,
                Math.min(askedExpiry, limits.sessionSeconds()),
                (int) receiveMaximum,
                packetMaximum,
                (int) Math.min(Properties.number(properties, Properties.TOPIC_ALIAS_MAXIMUM, 0), limits.topicAliases()),
                version5 && keepAliveTooLong ? limits.keepAliveSeconds() : askedKeepAlive,
                version5 && Properties.number(properties, Properties.REQUEST_PROBLEM_INFORMATION, 1) == 1,
                version5 && Properties.users(properties, Properties.ASK).contains(Properties.ASK_VERSION));
    }

    private @Nullable Will will(MqttConnectVariableHeader header, MqttConnectPayload payload, boolean version5) {
        if (!header.isWillFlag()) {
            if (header.willQos() != 0 || header.isWillRetain()) {
                throw new ProtocolException(Reason.MALFORMED_PACKET, "will flags without a will");
            }
            return null;
        }
        if (header.willQos() > 2) {
            throw new ProtocolException(Reason.MALFORMED_PACKET, "a will with QoS 3");
        }
        String topic = payload.willTopic();
        String problem = topic == null ? "a will topic that is too long" : Key.problemWith(topic);
        if (topic == null || problem != null) {
            throw new ProtocolException(Reason.TOPIC_NAME_INVALID, "will: " + problem);
        }
        byte[] message = payload.willMessageInBytes();
        if (Key.of(topic).length() > endpoint.limits().keyBytes()) {
            throw new ProtocolException(Reason.TOPIC_NAME_INVALID, "the will's topic is too long");
        }
        if (TopicFilter.levelsOf(topic) > TopicFilter.MOST_LEVELS) {
            throw new ProtocolException(Reason.TOPIC_NAME_INVALID, TopicFilter.tooManyLevels("the will's topic"));
        }
        if (message.length > endpoint.limits().valueBytes()) {
            throw new ProtocolException(Reason.PACKET_TOO_LARGE, "the will's payload is too large");
        }
        MqttProperties properties = version5 ? payload.willProperties() : MqttProperties.NO_PROPERTIES;
        for (String notForWills : List.of(Properties.IF_ABSENT, Properties.WRITE_ID)) {
            if (Properties.user(properties, notForWills) != null) {
                throw new ProtocolException(Reason.IMPLEMENTATION_SPECIFIC, "a will cannot have " + notForWills);
            }
        }
        return new Will(
                topic,
                message,
                header.willQos(),
                header.isWillRetain(),
                Properties.value(properties, "", ""),
                Properties.number(properties, Properties.WILL_DELAY, 0),
                Properties.number(properties, Properties.MESSAGE_EXPIRY, 0),
                new Holder("", ""));
    }

    private void letIn(Asked asked, Principal principal) {
        if (!asked.assigned() && !endpoint.access().mayUseClientId(principal)) {
            refuse(asked.version5(), Reason.CLIENT_ID_NOT_VALID, "the rules do not let this user have this client id");
            return;
        }
        if (!endpoint.access().isLetIn(principal.holder())) {
            // Since it proved who it is, which takes a while.
            refuse(asked.version5(), Reason.NOT_AUTHORIZED, "it would not be let in any more");
            return;
        }
        Will will = asked.will();
        if (will != null && !endpoint.access().mayWrite(principal, will.topic())) {
            refuse(asked.version5(), Reason.NOT_AUTHORIZED, "no right to write the will's topic " + will.topic());
            return;
        }
        connection.identified(principal, asked.settings());
        int granted = connection.memory().owner(connection.owner());
        if (granted != Reason.SUCCESS) {
            refuse(asked.version5(), granted, "this user's connections hold all the memory that it may have");
            return;
        }
        Will signed = will == null ? null : will.leftBy(principal.holder());
        endpoint.sessions()
                .connect(
                        new SessionRegistry.ConnectRequest(
                                principal.clientId(),
                                connection,
                                asked.cleanStart(),
                                asked.settings().expirySeconds(),
                                signed),
                        new SessionRegistry.Connected() {
                            @Override
                            public void ready(Session session, boolean present) {
                                welcome(asked, session, present);
                            }

                            @Override
                            public void refused(String why) {
                                refuse(asked.version5(), Reason.QUOTA_EXCEEDED, why);
                            }

                            @Override
                            public void busy(String why) {
                                refuse(asked.version5(), Reason.SERVER_BUSY, why);
                            }
                        });
    }

    private void welcome(Asked asked, Session session, boolean present) {
        if (!connection.isOpen()) {
            endpoint.sessions()
                    .disconnected(session, connection, false, asked.settings().expirySeconds());
            return;
        }
        connection.attach(session);
        connection
                .writer()
                .message(Replies.connack(
                        Reason.SUCCESS, present, asked.version5() ? granted(asked) : MqttProperties.NO_PROPERTIES));
        connection.connected();
        endpoint.sessions().acknowledged(session, present);
    }

    private MqttProperties granted(Asked asked) {
        Limits limits = endpoint.limits();
        MqttProperties properties = new MqttProperties();
        if (asked.settings().expirySeconds() != asked.askedExpiry()) {
            number(properties, Properties.SESSION_EXPIRY, (int) asked.settings().expirySeconds());
        }
        number(properties, Properties.RECEIVE_MAXIMUM, limits.receiveMaximum());
        number(
                properties,
                Properties.MAXIMUM_PACKET_SIZE,
                endpoint.maximumPacketSize(connection.link().certified()));
        number(properties, Properties.TOPIC_ALIAS_MAXIMUM, limits.topicAliases());
        if (asked.settings().keepAliveSeconds() != asked.askedKeepAlive()) {
            number(properties, Properties.SERVER_KEEP_ALIVE, asked.settings().keepAliveSeconds());
        }
        if (asked.assigned()) {
            properties.add(new MqttProperties.StringProperty(Properties.ASSIGNED_CLIENT_ID, asked.clientId()));
        }
        properties.add(new MqttProperties.UserProperty(Properties.UNIT, endpoint.unit()));
        return properties;
    }

    private static void number(MqttProperties properties, int id, int value) {
        properties.add(new MqttProperties.IntegerProperty(id, value));
    }

    /** What a packet that cannot be read is; a version that nobody here speaks is answered as MQTT 3.1.1 has it. */
    ProtocolException malformed(Throwable cause) {
        ProtocolException why = ProtocolException.of(cause);
        if (why.reason() == Reason.UNSUPPORTED_VERSION) {
            connection.writer().message(Replies.connack(1, false, MqttProperties.NO_PROPERTIES));
        }
        return why;
    }

    private void refuse(boolean version5, int reason, String why) {
        boolean answered = version5 || reason != Reason.MALFORMED_PACKET && reason != Reason.PROTOCOL_ERROR;
        if (answered) {
            int code = version5 ? reason : version3(reason);
            connection
                    .writer()
                    .message(Replies.connack(
                            code, false, version5 ? Replies.reasonString(why) : MqttProperties.NO_PROPERTIES));
        }
        connection.refuse(reason, why);
    }

    /** MQTT 3's CONNACK return codes. */
    private static int version3(int reason) {
        return switch (reason) {
            case Reason.CLIENT_ID_NOT_VALID -> 2;
            case Reason.BAD_USER_NAME_OR_PASSWORD -> 4;
            case Reason.NOT_AUTHORIZED, Reason.TOPIC_NAME_INVALID -> 5;
            default -> 3;
        };
    }

    void disconnect(MqttMessage message) {
        long expiry = connection.settings().expirySeconds();
        boolean withWill = false;
        String why = null;
        if (message.variableHeader() instanceof MqttReasonCodeAndPropertiesVariableHeader header) {
            withWill = (header.reasonCode() & 0xFF) == 0x04;
            why = Properties.text(header.properties(), Properties.REASON_STRING);
            long asked = Properties.number(header.properties(), Properties.SESSION_EXPIRY, expiry);
            if (expiry == 0 && asked > 0) {
                throw new ProtocolException(
                        Reason.PROTOCOL_ERROR, "a session that was to end may not be kept at DISCONNECT");
            }
            expiry = Math.min(asked, endpoint.limits().sessionSeconds());
        }
        connection.leave(withWill, expiry, "ended by the other side" + (why == null ? "" : ": " + Replies.plain(why)));
    }
}
