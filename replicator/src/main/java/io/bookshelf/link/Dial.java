package io.bookshelf.link;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.bookshelf.broker.peer.Peer;
import io.bookshelf.broker.peer.PeerDoor;
import io.bookshelf.broker.peer.PeerIdentity;
import java.net.InetSocketAddress;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** One attempt to reach a unit at one address, and the life of the connection if it succeeds. */
final class Dial {
    /** The other side pings at least so often; what notices a dead link sooner is the talk on it. */
    private static final int KEEP_ALIVE_SECONDS = 10;

    private final PeerIdentity meant;
    private final InetSocketAddress address;
    private final DialSettings settings;
    private final LinkListener listener;
    private final InOrder events = new InOrder();
    private final CompletableFuture<Link> outcome = new CompletableFuture<>();
    private volatile @Nullable Peer peer;
    private volatile @Nullable String refusal;
    private @Nullable DialledLink link;

    Dial(PeerIdentity meant, InetSocketAddress address, DialSettings settings, LinkListener listener) {
        this.meant = meant;
        this.address = address;
        this.settings = settings;
        this.listener = listener;
    }

    /** Completes with the link once the listener knows of it, or fails with a {@link DialException}. */
    CompletableFuture<Link> start() {
        Mqtt5Client client = settings.client(address, this::isMeant, context -> ended(context.getCause()));
        client.toAsync().publishes(MqttGlobalPublishFilter.ALL, this::received, Runnable::run);
        Mqtt5Connect connect = Mqtt5Connect.builder()
                .cleanStart(true)
                .sessionExpiryInterval(0)
                .keepAlive(KEEP_ALIVE_SECONDS)
                .restrictions()
                .topicAliasMaximum(0)
                .sendTopicAliasMaximum(0)
                .maximumPacketSize(settings.largestFrame() + 1_024)
                .applyRestrictions()
                .build();
        client.toAsync().connect(connect).whenComplete((acknowledged, failure) -> {
            if (failure == null) {
                events.run(() -> open(client));
            } else {
                fail(failure);
            }
        });
        return outcome;
    }

    private void fail(Throwable failure) {
        String known = refusal;
        outcome.completeExceptionally(new DialException(known == null ? Reasons.of(failure) : known));
    }

    private void open(Mqtt5Client client) {
        Peer who = peer;
        if (who == null) {
            fail(new IllegalStateException("connected to nobody"));
            return;
        }
        DialledLink opened = new DialledLink(who, where(), client, settings.largestFrame(), listener, events);
        link = opened;
        opened.open();
        outcome.complete(opened);
    }

    private String where() {
        return new PeerAddress(address.getAddress().getHostAddress(), address.getPort()).toString();
    }

    private void received(Mqtt5Publish publish) {
        if (publish.getTopic().toString().equals(PeerDoor.TOPIC)) {
            byte[] frame = publish.getPayloadAsBytes();
            events.run(() -> {
                if (link != null) {
                    link.received(frame);
                }
            });
        }
    }

    private void ended(Throwable cause) {
        String why = Reasons.of(cause);
        events.run(() -> {
            if (link != null) {
                link.end(why);
            }
        });
    }

    /** In place of the check of a host name: is this the unit that was meant? */
    private boolean isMeant(String host, SSLSession session) {
        try {
            List<X509Certificate> chain = new ArrayList<>();
            for (Certificate each : session.getPeerCertificates()) {
                chain.add((X509Certificate) each);
            }
            Peer found = Peer.judged(settings.trust(), chain);
            peer = found;
            if (found.identity().equals(meant)) {
                return true;
            }
            refusal = "there is " + found.identity() + ", not " + meant;
        } catch (SSLPeerUnverifiedException | CertificateException e) {
            refusal = String.valueOf(e.getMessage());
        }
        return false;
    }
}
