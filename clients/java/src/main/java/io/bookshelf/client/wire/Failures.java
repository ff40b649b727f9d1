package io.bookshelf.client.wire;

import com.hivemq.client.mqtt.datatypes.MqttUtf8String;
import com.hivemq.client.mqtt.exceptions.ConnectionClosedException;
import com.hivemq.client.mqtt.exceptions.ConnectionFailedException;
import com.hivemq.client.mqtt.exceptions.MqttEncodeException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5MessageException;
import com.hivemq.client.mqtt.mqtt5.message.Mqtt5ReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAck;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5Disconnect;
import com.hivemq.client.mqtt.mqtt5.message.publish.puback.Mqtt5PubAck;
import com.hivemq.client.mqtt.mqtt5.message.publish.pubrec.Mqtt5PubRec;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** What went wrong, as sentences for people. */
final class Failures {
    private static final String ALERT = "Received fatal alert: ";
    private static final int LONGEST = 300;
    private static final int PACKET_TOO_LARGE = 0x95;

    private Failures() {}

    /** The cause that says something, without the wrappings of futures and of the client. */
    static Throwable root(Throwable failure) {
        Throwable at = failure;
        while ((at instanceof CompletionException || at instanceof ConnectionFailedException)
                && at.getCause() != null) {
            at = at.getCause();
        }
        return at;
    }

    static WireException of(Throwable failure, WireSettings settings) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            WireException known = at instanceof WireException already
                    ? already
                    : at instanceof Mqtt5MessageException said ? said(said, settings) : met(at, settings);
            if (known != null) {
                return known;
            }
        }
        String where = settings.address().toString();
        Throwable root = root(failure);
        if (root instanceof ClosedChannelException) {
            return connection(where + " ended the connection without a word: does it speak "
                    + (settings.address().tls() ? "TLS" : "MQTT without TLS") + " there?");
        }
        return connection(
                root instanceof ConnectionClosedException
                        ? "the connection to " + where + " was closed (" + plain(message(root)) + ")"
                        : "the connection to " + where + " failed: " + plain(message(root)));
    }

    /** What the other side answered; null if it is none of what it may. */
    private static @Nullable WireException said(Mqtt5MessageException answer, WireSettings settings) {
        return switch (answer.getMqttMessage()) {
            case Mqtt5ConnAck connect ->
                answered(
                        settings.address() + " does not let this client in",
                        connect.getReasonCode(),
                        connect.getReasonString());
            case Mqtt5Disconnect end -> ended(end, settings);
            case Mqtt5PubAck put -> answered("refused", put.getReasonCode(), put.getReasonString());
            case Mqtt5PubRec put -> answered("refused", put.getReasonCode(), put.getReasonString());
            default -> null;
        };
    }

    private static WireException ended(Mqtt5Disconnect end, WireSettings settings) {
        String why = words(end.getReasonCode(), end.getReasonString());
        // What the library says to itself, as if the other side had.
        return why.contains("waiting for CONNACK")
                ? connection(settings.address() + " takes the connection and does not answer: does MQTT listen there?")
                : new WireException(
                        WireException.Kind.CONNECTION,
                        end.getReasonCode().getCode(),
                        settings.address() + " ended the connection: " + why);
    }

    /** What stood in the way of speaking with it; null if this is nothing that says much. */
    private static @Nullable WireException met(Throwable failure, WireSettings settings) {
        String where = settings.address().toString();
        return switch (failure) {
            case MqttEncodeException tooLarge ->
                new WireException(
                        WireException.Kind.REFUSED, PACKET_TOO_LARGE, "it is larger than " + where + " takes");
            case UnknownHostException unknown ->
                connection("the name " + settings.address().host() + " cannot be looked up");
            case ConnectException refused ->
                connection("nobody answers at " + where + " (" + plain(message(refused)) + ")");
            case SSLException tls -> connection(tls(where, message(tls)));
            default -> null;
        };
    }

    private static String tls(String where, String message) {
        int alert = message.indexOf(ALERT);
        if (alert >= 0) {
            return where + " does not take this client's certificate (" + message.substring(alert + ALERT.length())
                    + ")";
        }
        return message.contains("not an SSL/TLS record")
                ? where + " does not speak TLS: use mqtt:// or ws://, or another port"
                : "TLS with " + where + " failed: " + plain(message);
    }

    private static WireException connection(String sentence) {
        return new WireException(WireException.Kind.CONNECTION, 0, sentence);
    }

    private static WireException answered(String what, Mqtt5ReasonCode code, Optional<MqttUtf8String> text) {
        return new WireException(WireException.Kind.REFUSED, code.getCode(), what + ": " + words(code, text));
    }

    /** Null if the code is none of an error. */
    static @Nullable WireException refusal(Mqtt5ReasonCode code, @Nullable MqttUtf8String text) {
        return code.isError()
                ? new WireException(WireException.Kind.REFUSED, code.getCode(), words(code, Optional.ofNullable(text)))
                : null;
    }

    private static String words(Mqtt5ReasonCode code, Optional<MqttUtf8String> text) {
        return text.map(said -> plain(said.toString()))
                .orElseGet(() -> code.toString().toLowerCase(Locale.ROOT).replace('_', ' '));
    }

    private static String message(Throwable failure) {
        String message = failure.getMessage();
        return message == null || message.isEmpty() ? failure.getClass().getSimpleName() : message;
    }

    /** What somebody else wrote, fit for one line. */
    private static String plain(String text) {
        return text.substring(0, Math.min(LONGEST, text.length())).replaceAll("\\p{Cntrl}", " ");
    }
}
