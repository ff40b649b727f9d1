package io.bookshelf.it;

import org.jspecify.annotations.Nullable;

/** Builds a CONNECT. Starts as a clean session without keep-alive. */
final class Connect {
    private record Will(String topic, byte[] payload, int qos, boolean retain, Props props) {}

    final int version;
    private final String clientId;
    private final Props props = new Props();
    private boolean clean = true;
    private int keepAlive;
    private @Nullable Will will;
    private @Nullable String user;
    private @Nullable String password;

    private Connect(int version, String clientId) {
        this.version = version;
        this.clientId = clientId;
    }

    static Connect v5(String clientId) {
        return new Connect(5, clientId);
    }

    /** MQTT 3.1.1. */
    static Connect v4(String clientId) {
        return new Connect(4, clientId);
    }

    /** MQTT 3.1. */
    static Connect v3(String clientId) {
        return new Connect(3, clientId);
    }

    static Connect of(int version, String clientId) {
        return new Connect(version, clientId);
    }

    /** A session that outlives the connection: clean=false and, on MQTT 5, an hour's expiry. */
    Connect durable() {
        clean = false;
        if (version == 5) {
            props.with(Props.SESSION_EXPIRY, 3600);
        }
        return this;
    }

    Connect clean(boolean clean) {
        this.clean = clean;
        return this;
    }

    Connect keepAlive(int seconds) {
        keepAlive = seconds;
        return this;
    }

    Connect with(int property, long value) {
        props.with(property, value);
        return this;
    }

    /** With a user property. */
    Connect user(String name, String value) {
        props.user(name, value);
        return this;
    }

    Connect will(String topic, String payload, int qos, boolean retain) {
        return will(topic, payload, qos, retain, Props.none());
    }

    Connect will(String topic, String payload, int qos, boolean retain, Props willProps) {
        will = new Will(topic, Bytes.utf8(payload), qos, retain, willProps);
        return this;
    }

    /** With a user name and, unless it is null, a password. */
    Connect as(String name, @Nullable String secret) {
        user = name;
        password = secret;
        return this;
    }

    byte[] toBytes() {
        int flags = (clean ? 2 : 0) | (user == null ? 0 : 128) | (password == null ? 0 : 64);
        if (will != null) {
            flags |= 4 | will.qos << 3 | (will.retain ? 32 : 0);
        }
        Bytes body = new Bytes()
                .string(version == 3 ? "MQIsdp" : "MQTT")
                .u8(version)
                .u8(flags)
                .u16(keepAlive);
        if (version == 5) {
            body.raw(props.toBytes());
        }
        body.string(clientId);
        if (will != null) {
            if (version == 5) {
                body.raw(will.props.toBytes());
            }
            body.string(will.topic).binary(will.payload);
        }
        if (user != null) {
            body.string(user);
        }
        if (password != null) {
            body.string(password);
        }
        return Bytes.packet(Packet.CONNECT, 0, body.toArray());
    }
}
