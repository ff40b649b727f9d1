package io.bookshelf.broker.mqtt;

import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttUnacceptableProtocolVersionException;

/** A client broke the protocol or a limit: its connection is closed with a reason. */
final class ProtocolException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int reason;

    ProtocolException(int reason, String message) {
        super(message, null, false, false);
        this.reason = reason;
    }

    /** What a failure of the decoder amounts to. */
    static ProtocolException of(Throwable cause) {
        if (cause instanceof TooLongFrameException) {
            return new ProtocolException(Reason.PACKET_TOO_LARGE, "a packet larger than the maximum packet size");
        }
        if (cause instanceof MqttUnacceptableProtocolVersionException) {
            return new ProtocolException(Reason.UNSUPPORTED_VERSION, "an unknown protocol version");
        }
        return new ProtocolException(Reason.MALFORMED_PACKET, "a malformed packet (" + cause.getMessage() + ")");
    }

    /** Another packet than CONNECT, before it. */
    static ProtocolException notConnect(MqttMessageType type) {
        return new ProtocolException(Reason.PROTOCOL_ERROR, "the first packet was " + type);
    }

    /** A packet that no client sends at this point. */
    static ProtocolException outOfPlace(MqttMessageType type) {
        String why =
                switch (type) {
                    case CONNECT -> "a second CONNECT";
                    case AUTH -> "AUTH was not agreed on";
                    default -> "only a server sends " + type;
                };
        return new ProtocolException(Reason.PROTOCOL_ERROR, why);
    }

    int reason() {
        return reason;
    }
}
