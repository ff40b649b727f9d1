package io.bookshelf.pki;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.bookshelf.broker.peer.PeerIdentity;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Renews certificates over the network, for whoever proves to be their holder:
 *
 * <ul>
 *   <li>{@code POST /renew}: a request (PKCS #10, PEM) for the identity of the certificate with which its sender connects; the
 *       answer is a certificate, and those by which older authorities vouch for its authority
 *   <li>{@code GET /ca}: the authorities that are trusted, the current one first
 *   <li>{@code GET /crl}: the newest revocation list of each authority
 * </ul>
 *
 * TLS 1.3, certificates on both sides. A unit whose certificate has expired may renew it; a revoked one never.
 */
public final class Signer implements AutoCloseable {
    /** Longest request that is read. */
    private static final int LONGEST_REQUEST = 16_384;

    private static final Logger log = LoggerFactory.getLogger(Signer.class);

    private final AuthorityFolder folder;
    private final Duration life;
    private final SignerTls tls;
    private final HttpsServer server;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("bookshelf-signer-", 0).factory());

    /** An answer that is no success. */
    private static final class Refusal extends Exception {
        private static final long serialVersionUID = 1L;
        private final int status;

        Refusal(int status, String sentence) {
            super(sentence);
            this.status = status;
        }
    }

    private Signer(AuthorityFolder folder, InetSocketAddress listen, int days) {
        this.folder = folder;
        this.life = AuthorityFolder.days(days);
        this.tls = new SignerTls(folder, log);
        try {
            this.server = HttpsServer.create(listen, 0);
        } catch (IOException e) {
            tls.close();
            throw new PkiException(
                    "cannot listen on " + listen + ": " + e.getMessage() + "; choose another address", e);
        }
        server.setExecutor(threads);
        server.setHttpsConfigurator(new HttpsConfigurator(tls.context()) {
            @Override
            public void configure(HttpsParameters parameters) {
                parameters.setSSLParameters(StrictTls.strict(getSSLContext().getDefaultSSLParameters()));
            }
        });
        server.createContext("/", this::answer);
    }

    /**
     * Begins to serve.
     *
     * @param days how long what it signs is good for
     * @throws PkiException if it cannot listen
     */
    public static Signer start(AuthorityFolder folder, InetSocketAddress listen, int days) {
        Signer signer = new Signer(folder, listen, days);
        signer.server.start();
        return signer;
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return server.getAddress();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body;
            int status = 200;
            try {
                body = body(exchange);
            } catch (Refusal e) {
                status = e.status;
                body = (e.getMessage() + "\n").getBytes(UTF_8);
            } catch (PkiException e) {
                log.error("could not answer: {}", e.getMessage());
                status = 500;
                body = "the signer cannot use its folder; its log says why\n".getBytes(UTF_8);
            }
            exchange.getResponseHeaders().set("Content-Type", status == 200 ? "application/x-pem-file" : "text/plain");
            exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
            if (body.length > 0) {
                exchange.getResponseBody().write(body);
            }
        }
    }

    private byte[] body(HttpExchange exchange) throws IOException, Refusal {
        X509Certificate[] chain = chain(exchange);
        PeerIdentity who;
        try {
            tls.refresh();
            who = tls.judge(chain);
        } catch (CertificateException e) {
            throw new Refusal(403, String.valueOf(e.getMessage()));
        }
        return switch (exchange.getRequestMethod() + " "
                + exchange.getRequestURI().getPath()) {
            case "POST /renew" -> renew(exchange, who, chain[0]);
            case "GET /ca" -> Pem.certificates(folder.certificates());
            case "GET /crl" ->
                Pem.join(folder.lists().stream()
                        .map(list -> Pem.encode(Pem.LIST, list.der()))
                        .toList());
            default -> throw new Refusal(404, "there is POST /renew, GET /ca and GET /crl");
        };
    }

    private static X509Certificate[] chain(HttpExchange exchange) throws Refusal {
        if (exchange instanceof HttpsExchange secure) {
            try {
                Certificate[] sent = secure.getSSLSession().getPeerCertificates();
                return Arrays.copyOf(sent, sent.length, X509Certificate[].class);
            } catch (SSLPeerUnverifiedException e) {
                // Answered below.
            }
        }
        throw new Refusal(403, "it has no certificate");
    }

    /** Whoever asks keeps the names of the certificate that it connects with, whatever its request says. */
    private byte[] renew(HttpExchange exchange, PeerIdentity who, X509Certificate shown) throws IOException, Refusal {
        byte[] pem = exchange.getRequestBody().readNBytes(LONGEST_REQUEST + 1);
        if (pem.length > LONGEST_REQUEST) {
            throw new Refusal(413, "the request is longer than " + LONGEST_REQUEST + " bytes");
        }
        SigningRequest request;
        try {
            request = SigningRequest.read(pem, "what was sent");
        } catch (PkiException e) {
            throw new Refusal(400, String.valueOf(e.getMessage()));
        }
        if (!request.who().equals(who)) {
            log.warn("refused to renew: {} asked for a certificate of {}", who, request.who());
            throw new Refusal(403, "it is " + who + " and asks for a certificate of " + request.who());
        }
        List<X509Certificate> chain = folder.sign(request.key(), who, HostNames.of(shown), life);
        log.info("renewed {} until {}", who, chain.getFirst().getNotAfter().toInstant());
        return Pem.certificates(chain);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
        tls.close();
    }
}
