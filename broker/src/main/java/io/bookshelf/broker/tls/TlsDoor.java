package io.bookshelf.broker.tls;

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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets those in who prove by TLS 1.3 and a certificate who they are. Connections are handed on when their handshake is done;
 * only a bounded number may be at it, for a bounded time. Loop thread; what is costly in a handshake runs on a thread of its
 * own.
 */
public final class TlsDoor implements Closeable {
    private static final Logger log = LoggerFactory.getLogger(TlsDoor.class);
    private static final long HANDSHAKE_MILLIS = 10_000;

    /** One more takes the place of the oldest. */
    private static final int MOST_HANDSHAKES = 128;

    private final PeerTrust trust;
    private final JdkSslContext context;
    private final RefusalLog refusals = new RefusalLog(System::nanoTime, line -> log.info("listen: {}", line));
    private final Set<Channel> unfinished = new LinkedHashSet<>();
    private final ThreadPoolExecutor handshakes =
            new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                Thread thread = new Thread(task, "bookshelf-tls");
                thread.setDaemon(true);
                return thread;
            });

    public TlsDoor(PeerTrust trust) {
        this.trust = trust;
        this.context = new JdkSslContext(
                trust.context(),
                false,
                PeerTrust.CIPHER_SUITES,
                SupportedCipherSuiteFilter.INSTANCE,
                ApplicationProtocolConfig.DISABLED,
                ClientAuth.REQUIRE,
                new String[] {"TLSv1.3"},
                false);
        handshakes.allowCoreThreadTimeOut(true);
    }

    /**
     * Puts TLS at the end of a pipeline that yields bytes.
     *
     * @param then is called with whoever is let in, and adds what follows
     */
    public void install(Channel channel, Consumer<Peer> then) {
        SslHandler tls = context.newHandler(channel.alloc(), handshakes);
        tls.setHandshakeTimeoutMillis(HANDSHAKE_MILLIS);
        unfinished.add(channel);
        channel.pipeline().addLast("tls", tls).addLast("door", new Gate(tls, then));
        if (unfinished.size() > MOST_HANDSHAKES) {
            Channel oldest = unfinished.iterator().next();
            refuse(oldest, "too many handshakes at a time");
        }
    }

    private void refuse(Channel channel, String why) {
        if (unfinished.remove(channel)) {
            refusals.say(channel.remoteAddress() + " refused: " + why);
        }
        channel.close();
    }

    private final class Gate extends ChannelInboundHandlerAdapter {
        private final SslHandler tls;
        private final Consumer<Peer> then;

        Gate(SslHandler tls, Consumer<Peer> then) {
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
                Peer peer = Peer.judged(trust, chain);
                unfinished.remove(ctx.channel());
                then.accept(peer);
                ctx.pipeline().remove(this);
            } catch (CertificateException | SSLPeerUnverifiedException e) {
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
