package io.bookshelf.broker.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.NotSslRecordException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertificateException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;

/** One sentence for each way in which a handshake comes to nothing. */
final class RefusalTest {
    private static String reason(Exception failure, Throwable cause) {
        failure.initCause(cause);
        return Refusal.reason(failure);
    }

    @Test
    void theReasonIsTheOneThatSaysMost() {
        assertThat(reason(new SSLHandshakeException("(bad_certificate) x"), new CertificateException("it is revoked")))
                .isEqualTo("it is revoked");
        assertThat(Refusal.reason(new SSLHandshakeException("(certificate_required) Empty client certificate chain")))
                .isEqualTo("it showed no certificate");
        assertThat(Refusal.reason(new SSLHandshakeException("(unknown_ca) Received fatal alert: unknown_ca")))
                .isEqualTo("it does not accept this unit (unknown_ca)");
        assertThat(Refusal.reason(new DecoderException(new NotSslRecordException("not an SSL/TLS record: 1011"))))
                .isEqualTo("it does not speak TLS");
        assertThat(Refusal.reason(new ClosedChannelException())).isEqualTo("it went away during the handshake");
    }
}
