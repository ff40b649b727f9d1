package io.bookshelf.broker.access;

import io.bookshelf.broker.peer.PeerIdentity;
import io.bookshelf.broker.topic.TopicFilter;
import io.bookshelf.schema.Scope;
import org.jspecify.annotations.Nullable;

/**
 * Decides by role for those who came in by certificate, and leaves everybody else to the policy for local clients. The user
 * name of the former is the URI in their certificate, which nobody else can have.
 *
 * <p>A unit may do everything; an owner everything but with {@code local/…}; the cloud reads and writes
 * {@code bookshelf/units/…} alone.
 */
public final class PeerAccess implements AccessPolicy {
    private static final String SCHEME = "spiffe://";
    private static final String UNITS = "bookshelf/units/";
    private static final String LOCAL = "local/";
    private static final String SNAPSHOT = "$bookshelf/snapshot/";
    private static final TopicFilter ALL_UNITS = TopicFilter.parse(UNITS + "#");

    private final AccessPolicy local;
    private final boolean peersComeIn;

    /**
     * @param local decides for those who come in without a certificate
     * @param peersComeIn whether there is a listener for those with one
     */
    public PeerAccess(AccessPolicy local, boolean peersComeIn) {
        this.local = local;
        this.peersComeIn = peersComeIn;
    }

    /** Who a peer is here: neither its session nor its name can be had by anybody else. */
    public static Principal principal(PeerIdentity peer, String clientId) {
        return new Principal(peer.uri() + "/" + clientId, peer.uri());
    }

    /** True for a client id or a user name of the kind that only a certificate gives. */
    public static boolean isReserved(String name) {
        return name.startsWith(SCHEME);
    }

    @Override
    public @Nullable Principal authenticate(String clientId, @Nullable String user, byte @Nullable [] password) {
        return user != null && isReserved(user) ? null : local.authenticate(clientId, user, password);
    }

    @Override
    public boolean allowsEverything() {
        return !peersComeIn && local.allowsEverything();
    }

    @Override
    public boolean authenticatesQuickly() {
        return local.authenticatesQuickly();
    }

    @Override
    public boolean mayRead(Principal principal, String topic) {
        return isReserved(principal.user()) ? roleAllows(principal.user(), topic) : local.mayRead(principal, topic);
    }

    @Override
    public boolean mayWrite(Principal principal, String topic) {
        return isReserved(principal.user()) ? roleAllows(principal.user(), topic) : local.mayWrite(principal, topic);
    }

    @Override
    public boolean mayHaveWritten(String user, String topic) {
        return isReserved(user) ? roleAllows(user, topic) : local.mayHaveWritten(user, topic);
    }

    @Override
    public boolean maySubscribe(Principal principal, String filter) {
        if (!isReserved(principal.user())) {
            return local.maySubscribe(principal, filter);
        }
        return switch (role(principal.user())) {
            case UNIT -> true;
            case OWNER -> !filter.startsWith(LOCAL);
            case CLOUD -> filter.startsWith(SNAPSHOT) || overlapsUnits(filter);
            case null -> false;
        };
    }

    private static boolean overlapsUnits(String filter) {
        try {
            return ALL_UNITS.overlaps(TopicFilter.parse(filter));
        } catch (IllegalArgumentException notAFilter) {
            return false;
        }
    }

    private static boolean roleAllows(String uri, String topic) {
        return switch (role(uri)) {
            case UNIT -> true;
            case OWNER -> Scope.of(topic) != Scope.UNIT;
            case CLOUD -> topic.startsWith(UNITS);
            case null -> false;
        };
    }

    /** The role in the URI of an identity; asked at every delivery, hence no parser. */
    private static PeerIdentity.@Nullable Role role(String uri) {
        int slash = uri.indexOf('/', SCHEME.length());
        if (slash < 0) {
            return null;
        }
        if (uri.startsWith("unit/", slash + 1)) {
            return PeerIdentity.Role.UNIT;
        }
        if (uri.startsWith("owner/", slash + 1)) {
            return PeerIdentity.Role.OWNER;
        }
        return uri.startsWith("cloud/", slash + 1) ? PeerIdentity.Role.CLOUD : null;
    }
}
