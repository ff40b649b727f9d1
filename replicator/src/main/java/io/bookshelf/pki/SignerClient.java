package io.bookshelf.pki;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bookshelf.broker.peer.PeerIdentity;
import io.bookshelf.broker.peer.PeerIdentity.Role;
import io.bookshelf.broker.peer.PeerTrust;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * Asks a {@link Signer}. The trust manager has judged its certificate by the time that anything is sent; that it is a signer's,
 * and not another unit's, is looked at before an answer is believed.
 */
final class SignerClient implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration ANSWER = Duration.ofSeconds(30);
    private static final int LONGEST_ANSWER = 2 * RevocationList.LONGEST;

    private final String address;
    private final PeerTrust trust;
    private final HttpClient http;

    /** @param address {@code HOST:PORT} */
    SignerClient(String address, PeerTrust trust) {
        this.address = address;
        this.trust = trust;
        this.http = HttpClient.newBuilder()
                .sslContext(trust.context())
                .version(HttpClient.Version.HTTP_1_1)
                .proxy(HttpClient.Builder.NO_PROXY)
                .connectTimeout(CONNECT)
                .build();
    }

    /**
     * @return the certificate and what vouches for its authority
     * @throws PkiException if there is none; the message says why
     */
    List<X509Certificate> renew(byte[] requestPem) throws InterruptedException {
        byte[] answer = ask(request("/renew").POST(HttpRequest.BodyPublishers.ofByteArray(requestPem)));
        return Pem.certificates(answer, "the signer's answer");
    }

    /** The authorities that are trusted, the current one first. */
    Authorities authorities() throws InterruptedException {
        byte[] answer = ask(request("/ca").GET());
        return Authorities.of(Pem.certificates(answer, "the signer's answer"), "the signer's answer");
    }

    /** Revocation lists, as DER. */
    List<byte[]> lists() throws InterruptedException {
        byte[] answer = ask(request("/crl").GET());
        return answer.length == 0 ? List.of() : Pem.decode(Pem.LIST, answer, "the signer's answer");
    }

    private HttpRequest.Builder request(String path) {
        try {
            return HttpRequest.newBuilder(URI.create("https://" + address + path))
                    .timeout(ANSWER);
        } catch (IllegalArgumentException e) {
            throw new PkiException("the signer's address, " + address + ", is not HOST:PORT", e);
        }
    }

    private byte[] ask(HttpRequest.Builder request) throws InterruptedException {
        try {
            HttpResponse<InputStream> response = http.send(request.build(), BodyHandlers.ofInputStream());
            try (InputStream in = response.body()) {
                demandSigner(response.sslSession().orElseThrow(() -> new PkiException("the signer speaks no TLS")));
                byte[] body = in.readNBytes(LONGEST_ANSWER);
                if (response.statusCode() != 200) {
                    throw new PkiException("the signer at " + address + " refused: "
                            + Names.printable(new String(body, UTF_8).strip()));
                }
                return body;
            }
        } catch (IOException e) {
            throw new PkiException("the signer at " + address + " cannot be reached: " + reason(e), e);
        }
    }

    private void demandSigner(SSLSession session) {
        try {
            Certificate[] sent = session.getPeerCertificates();
            PeerIdentity who = trust.judge(Arrays.copyOf(sent, sent.length, X509Certificate[].class));
            if (who.role() != Role.CLOUD) {
                throw new PkiException("what answers at " + address + " is " + who + ", and no signer");
            }
        } catch (CertificateException | SSLPeerUnverifiedException e) {
            throw new PkiException("what answers at " + address + " is no signer: " + e.getMessage(), e);
        }
    }

    private static String reason(IOException e) {
        Throwable deepest = e;
        while (deepest.getCause() != null && deepest.getCause() != deepest) {
            deepest = deepest.getCause();
        }
        String message = deepest.getMessage();
        return message == null ? deepest.getClass().getSimpleName() : Names.printable(message);
    }

    @Override
    public void close() {
        http.shutdownNow();
        http.close();
    }
}
