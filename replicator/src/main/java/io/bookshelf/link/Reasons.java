package io.bookshelf.link;

import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5DisconnectException;
import java.security.cert.CertificateException;
import org.jspecify.annotations.Nullable;

/** Why a connection ended or never came about, in words for people. */
final class Reasons {
    private static final String ALERT = "Received fatal alert: ";
    private static final int LONGEST = 200;

    private Reasons() {}

    static String of(Throwable failure) {
        Throwable last = failure;
        for (Throwable at = failure; at != null; at = at.getCause()) {
            switch (at) {
                case CertificateException refused -> {
                    return String.valueOf(refused.getMessage());
                }
                case Mqtt5DisconnectException said -> {
                    return words(
                            said.getMqttMessage().getReasonCode(),
                            said.getMqttMessage()
                                    .getReasonString()
                                    .map(Object::toString)
                                    .orElse(null));
                }
                case Mqtt5ConnAckException said -> {
                    return words(
                            said.getMqttMessage().getReasonCode(),
                            said.getMqttMessage()
                                    .getReasonString()
                                    .map(Object::toString)
                                    .orElse(null));
                }
                default -> last = at;
            }
        }
        String message = last.getMessage() == null ? last.getClass().getSimpleName() : last.getMessage();
        int alert = message.indexOf(ALERT);
        return alert < 0
                ? plain(message)
                : "the other side does not let this unit in (" + message.substring(alert + ALERT.length()) + ")";
    }

    private static String words(Object code, @Nullable String text) {
        return text == null ? "the other side ended it: " + code : plain(text);
    }

    /** What somebody else wrote, fit for a line of the log. */
    static String plain(String text) {
        return text.substring(0, Math.min(LONGEST, text.length())).replaceAll("\\p{Cntrl}", " ");
    }
}
