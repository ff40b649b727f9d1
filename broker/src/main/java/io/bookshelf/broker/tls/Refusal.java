package io.bookshelf.broker.tls;

import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertificateException;

/** Why a handshake came to nothing, in words. */
final class Refusal {
    private static final String ALERT = "Received fatal alert: ";

    private Refusal() {}

    static String reason(Throwable failure) {
        Throwable last = failure;
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof CertificateException) {
                return String.valueOf(at.getMessage());
            }
            last = at;
        }
        return switch (last) {
            case SslHandshakeTimeoutException late -> "no TLS handshake in time";
            case NotSslRecordException other -> "it does not speak TLS";
            case ClosedChannelException gone -> "it went away during the handshake";
            default -> {
                String message = String.valueOf(last.getMessage());
                int alert = message.indexOf(ALERT);
                if (alert >= 0) {
                    yield "it does not accept this unit (" + message.substring(alert + ALERT.length()) + ")";
                }
                yield message.contains("Empty client certificate chain") ? "it showed no certificate" : message;
            }
        };
    }
}
