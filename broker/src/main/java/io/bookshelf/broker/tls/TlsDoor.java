package io.bookshelf.broker.tls;

import io.bookshelf.broker.admission.Crowd;
import io.bookshelf.broker.admission.RemoteAddress;
import io.bookshelf.broker.peer.Peer;
import io.bookshelf.broker.peer.PeerTrust;
import io.bookshelf.broker.peer.RefusalLog;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.io.Closeable;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets those in who prove by TLS 1.3 and a certificate who they are; where it only asks, those too who show none, but never
 * those who show a bad one. Connections are handed on when their handshake is done; only a bounded number may be at it, for a
 * bounded time. Loop thread; what is costly in a handshake runs on a thread of its own.
 */
public final class TlsDoor implements Closeable {
    private static final Logger log = LoggerFactory.getLogger(TlsDoor.class);
    private static final long HANDSHAKE_MILLIS = 10_000;

    private static final int MOST_HANDSHAKES = 128;
    private static final int MOST_HANDSHAKES_OF_ADDRESS = 16;

    private final PeerTrust trust;
    private final JdkSslContext context;
    private final boolean demands;
    private final RefusalLog refusals;
    private final Crowd<Channel> unfinished = new Crowd<>(MOST_HANDSHAKES, MOST_HANDSHAKES_OF_ADDRESS);

    /** Who was let in by certificate and is still in this door's care. */
    private final Map<Channel, Peer> inside = new HashMap<>();

    private final ThreadPoolExecutor handshakes =
            new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                Thread thread = new Thread(task, "bookshelf-tls");
                thread.setDaemon(true);
                return thread;
            });

    private TlsDoor(PeerTrust trust, String listener, boolean demands) {
        this.trust = trust;
        this.demands = demands;
        this.refusals = new RefusalLog(System::nanoTime, line -> log.info("{}: {}", listener, line));
        this.context = new JdkSslContext(
                trust.context(),
                false,
                PeerTrust.CIPHER_SUITES,
                SupportedCipherSuiteFilter.INSTANCE,
                ApplicationProtocolConfig.DISABLED,
                demands ? ClientAuth.REQUIRE : ClientAuth.OPTIONAL,
                new String[] {"TLSv1.3"},
                false);
        handshakes.allowCoreThreadTimeOut(true);
    }

    /**
     * A door for those who have a certificate, and nobody else.
     *
     * @param listener its name, for the log
     */
    public static TlsDoor demanding(PeerTrust trust, String listener) {
        return new TlsDoor(trust, listener, true);
    }

    /**
     * A door that asks for a certificate and lets those in too who show none.
     *
     * @param listener its name, for the log
     */
    public static TlsDoor asking(PeerTrust trust, String listener) {
        return new TlsDoor(trust, listener, false);
    }

    /**
     * Puts TLS at the end of a pipeline that yields bytes.
     *
     * @param then is called with whoever is let in, null for one without a certificate, and adds what follows
     */
    public void install(Channel channel, Consumer<@Nullable Peer> then) {
        SslHandler tls = context.newHandler(channel.alloc(), whileOpen(channel, handshakes));
        tls.setHandshakeTimeoutMillis(HANDSHAKE_MILLIS);
        Channel oneTooMany = unfinished.add(RemoteAddress.of(channel.remoteAddress()), channel);
        channel.pipeline().addLast("tls", tls).addLast("door", new Gate(tls, then));
        if (oneTooMany != null) {
            putOut(oneTooMany, "too many handshakes at a time");
        }
    }

    /** Computes nothing for a connection that has been closed meanwhile. */
    static Executor whileOpen(Channel channel, Executor executor) {
        return task -> executor.execute(() -> {
            if (channel.isOpen()) task.run();
        });
    }

    /** Somebody else judges this connection again from now on. */
    public void handedOver(Channel channel) {
        inside.remove(channel);
    }

    /** What is known of certificates has changed: whoever is in this door's care and would not be let in now is put out. */
    public void judgeAgain() {
        Map<Channel, Peer> now = Map.copyOf(inside);
        // Signatures are verified, which takes long enough to hold up the loop.
        Thread.ofVirtual()
                .name("bookshelf-judge")
                .start(() -> now.forEach((channel, peer) -> {
                    try {
                        Peer.judged(trust, peer.chain());
                    } catch (CertificateException e) {
                        refusals.say(channel.remoteAddress() + " closed: " + e.getMessage());
                        channel.close();
                    }
                }));
    }

    private void letIn(Channel channel, @Nullable Peer peer, Consumer<@Nullable Peer> then) {
        unfinished.remove(channel);
        if (peer != null && !demands) {
            inside.put(channel, peer);
            channel.closeFuture().addListener(closed -> inside.remove(channel));
        }
        then.accept(peer);
    }

    private void refuse(Channel channel, String why) {
        if (unfinished.remove(channel)) {
            putOut(channel, why);
        } else {
            channel.close();
        }
    }

    private void putOut(Channel channel, String why) {
        refusals.say(channel.remoteAddress() + " refused: " + why);
        channel.close();
    }

    private final class Gate extends ChannelInboundHandlerAdapter {
        private final SslHandler tls;
        private final Consumer<@Nullable Peer> then;

        Gate(SslHandler tls, Consumer<@Nullable Peer> then) {
            this.tls = tls;
            this.then = then;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof SslHandshakeCompletionEvent handshake && unfinished.contains(ctx.channel())) {
                if (handshake.isSuccess()) {
                    judge(ctx);
                } else {
                    refuse(ctx.channel(), Refusal.reason(Objects.requireNonNull(handshake.cause())));
                }
            }
        }

        /** Once more, after the handshake: a session that was resumed has not been judged by it. */
        private void judge(ChannelHandlerContext ctx) {
            try {
                List<X509Certificate> chain = new ArrayList<>();
                for (Certificate each : tls.engine().getSession().getPeerCertificates()) {
                    chain.add((X509Certificate) each);
                }
                letIn(ctx.channel(), Peer.judged(trust, chain), then);
                ctx.pipeline().remove(this);
            } catch (SSLPeerUnverifiedException showsNone) {
                if (demands) {
                    refuse(ctx.channel(), Refusal.reason(showsNone));
                } else {
                    letIn(ctx.channel(), null, then);
                    ctx.pipeline().remove(this);
                }
            } catch (CertificateException e) {
                refuse(ctx.channel(), Refusal.reason(e));
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            refuse(ctx.channel(), Refusal.reason(cause));
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            unfinished.remove(ctx.channel());
        }
    }

    @Override
    public void close() {
        handshakes.shutdownNow();
    }
}
