package io.bookshelf.link;

import io.bookshelf.broker.peer.Peer;
import io.bookshelf.broker.peer.PeerChannel;
import io.bookshelf.broker.peer.PeerDoor;
import io.bookshelf.broker.peer.PeerIdentity;
import io.bookshelf.broker.peer.PeerIdentity.Role;
import io.bookshelf.broker.peer.PeerTrust;
import java.net.InetSocketAddress;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All links of a unit: those that it dials, and those that come to it through the broker's listener for certificates. Tells
 * one listener of both. Where two units have dialled each other there are two links, and it is for the listener to close one.
 */
public final class Links implements PeerDoor, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Links.class);

    private final PeerTrust trust;
    private final DialSettings settings;
    private final LinkListener listener;
    private final Dialler dialler;
    private final Map<Link, Long> open = new ConcurrentHashMap<>();

    /**
     * @param largestValue longest value that is replicated, in bytes; a frame may be {@link PeerDoor#FRAME_OVERHEAD} larger
     * @param addresses where a unit may be reached; asked before each attempt
     */
    public Links(
            PeerTrust trust, int largestValue, Function<String, List<PeerAddress>> addresses, LinkListener listener) {
        this.trust = trust;
        this.settings = new DialSettings(trust, largestValue + FRAME_OVERHEAD);
        this.listener = listener;
        RandomGenerator random = new SplittableRandom();
        this.dialler = new Dialler(trust.self().name(), addresses, this::dial, listener, random);
        trust.onChange(() -> dialler.run(this::judgeAgain));
    }

    /** These units are dialled whenever no link to them is open, whichever side dialled; no others are. Any thread. */
    public void keepLinked(Set<String> units) {
        keepLinked(units, Set.of());
    }

    /**
     * The same.
     *
     * @param rarely those of them that are dialled a few times an hour
     */
    public void keepLinked(Set<String> units, Set<String> rarely) {
        dialler.keepLinked(units, rarely);
    }

    /** Units may have got other addresses: those without a link are tried at once. Any thread. */
    public void addressesChanged() {
        dialler.addressesChanged();
    }

    private CompletableFuture<Link> dial(String unit, InetSocketAddress address) {
        PeerIdentity meant = new PeerIdentity(trust.self().network(), Role.UNIT, unit);
        return new Dial(meant, address, settings, new Watched()).start();
    }

    @Override
    public PeerTrust trust() {
        return trust;
    }

    @Override
    public Receiver open(PeerChannel channel) {
        LinkListener watched = new Watched();
        AcceptedLink link = new AcceptedLink(channel, watched);
        watched.opened(link);
        return link;
    }

    /** Links that came through the broker's listener are judged by the broker. */
    private void judgeAgain() {
        open.keySet().forEach(this::judgeAgain);
    }

    private void judgeAgain(Link link) {
        if (link instanceof DialledLink dialled) {
            try {
                Peer unused = Peer.judged(trust, dialled.certified().chain());
            } catch (CertificateException e) {
                link.close(String.valueOf(e.getMessage()));
            }
        }
    }

    /** Ends the links that this unit dialled, and dials no more; the broker ends the others. */
    @Override
    public void close() {
        dialler.close();
        open.keySet().stream().filter(Link::dialled).forEach(link -> link.close("the unit is stopping"));
    }

    /** Lets the dialler know what the listener is told. */
    private final class Watched implements LinkListener {
        @Override
        public void opened(Link link) {
            log.info("{} opened", link);
            open.put(link, System.nanoTime());
            if (link.peer().role() == Role.UNIT) {
                dialler.linked(link.peer().name());
            }
            listener.opened(link);
            // What is known of certificates may have changed since the handshake, when there was no link to be judged
            // again.
            dialler.run(() -> judgeAgain(link));
        }

        @Override
        public void received(Link link, byte[] frame) {
            listener.received(link, frame);
        }

        @Override
        public void closed(Link link, String reason) {
            log.info("{} closed: {}", link, reason);
            Long since = open.remove(link);
            if (since != null && link.peer().role() == Role.UNIT) {
                dialler.unlinked(link.peer().name(), Duration.ofNanos(System.nanoTime() - since));
            }
            listener.closed(link, reason);
        }

        @Override
        public void notReached(String unit, String reason) {
            listener.notReached(unit, reason);
        }
    }
}
