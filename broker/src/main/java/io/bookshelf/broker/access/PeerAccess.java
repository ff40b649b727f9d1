package io.bookshelf.broker.access;

import io.bookshelf.broker.peer.Peer;
import io.bookshelf.broker.topic.TopicFilter;
import io.bookshelf.catalogue.SystemKeys;
import io.bookshelf.catalogue.SystemKeys.Role;
import io.bookshelf.schema.Scope;
import io.bookshelf.store.Holder;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides by role for those who came in by certificate, and leaves everybody else to the policy for local clients. The user
 * name of the former is the URI in their certificate, which nobody else can have.
 *
 * <p>A unit may do everything; an owner everything but with {@code local/…}; the cloud reads and writes
 * {@code bookshelf/units/…} alone. A paired phone may what an owner may, but writes none of the keys by which the network
 * runs itself ({@link SystemKeys}): it reads them, and revokes phones.
 */
public final class PeerAccess implements AccessPolicy {
    private static final String SCHEME = "spiffe://";
    private static final String LOCAL = "local/";
    private static final String SNAPSHOT = "$bookshelf/snapshot/";
    private static final TopicFilter ALL_UNITS = TopicFilter.parse(SystemKeys.UNITS + "#");

    /** Network, kind and name. */
    private static final int PARTS_OF_A_NAME = 3;

    private final AccessPolicy local;
    private final boolean peersComeIn;
    private final Predicate<Holder> peers;

    /**
     * @param local decides for those who come in without a certificate
     * @param peersComeIn whether there is a listener for those with one
     * @param peers whether somebody of a reserved name would be let in now
     */
    public PeerAccess(AccessPolicy local, boolean peersComeIn, Predicate<Holder> peers) {
        this.local = local;
        this.peersComeIn = peersComeIn;
        this.peers = peers;
    }

    /** Who a peer is here: neither its session nor its name can be had by anybody else. */
    public static Principal principal(Peer peer, String clientId) {
        return principal(new Holder(peer.identity().uri(), peer.proof()), clientId);
    }

    /** Who the holder of a paired phone's token is here; {@code user} is what {@link #phone} makes. */
    public static Principal principal(String user, String clientId) {
        return principal(new Holder(user, ""), clientId);
    }

    private static Principal principal(Holder holder, String clientId) {
        return new Principal(holder.user() + "/" + clientId, holder);
    }

    /** The reserved user name that the id of a session begins with, null if it is a local client's. */
    public static @Nullable String userOf(String sessionId) {
        if (!isReserved(sessionId)) {
            return null;
        }
        int end = SCHEME.length() - 1;
        for (int part = 0; part < PARTS_OF_A_NAME && end >= 0; part++) {
            end = sessionId.indexOf('/', end + 1);
        }
        return end < 0 ? sessionId : sessionId.substring(0, end);
    }

    /** True for the user name of a paired phone. */
    public static boolean isPhone(String user) {
        return isReserved(user) && Role.of(user) == Role.PHONE;
    }

    /** The user name of a paired phone; no certificate can have it. */
    public static String phone(String network, String id) {
        return SCHEME + network + "/phone/" + id;
    }

    /** True for a client id or a user name of the kind that only a certificate or a token gives. */
    public static boolean isReserved(String name) {
        return name.startsWith(SCHEME);
    }

    @Override
    public @Nullable Principal authenticate(String clientId, @Nullable String user, byte @Nullable [] password) {
        return user != null && isReserved(user) ? null : local.authenticate(clientId, user, password);
    }

    @Override
    public boolean mayUseClientId(Principal principal) {
        return isReserved(principal.user()) || local.mayUseClientId(principal);
    }

    @Override
    public boolean isLetIn(Holder holder) {
        return isReserved(holder.user()) ? peers.test(holder) : local.isLetIn(holder);
    }

    @Override
    public void onChange(Runnable judgeAgain) {
        local.onChange(judgeAgain);
    }

    @Override
    public boolean allowsEverything() {
        return !peersComeIn && local.allowsEverything();
    }

    @Override
    public boolean authenticatesQuickly(@Nullable String user, byte @Nullable [] password) {
        return local.authenticatesQuickly(user, password);
    }

    @Override
    public boolean mayRead(Principal principal, String topic) {
        return isReserved(principal.user()) ? reads(principal.user(), topic) : local.mayRead(principal, topic);
    }

    @Override
    public boolean mayWrite(Principal principal, String topic) {
        return isReserved(principal.user()) ? writes(principal.user(), topic) : local.mayWrite(principal, topic);
    }

    @Override
    public boolean mayPublish(Principal principal, String topic, boolean deletes, Supplier<byte[]> payload) {
        boolean revokes = isReserved(principal.user())
                && topic.startsWith(SystemKeys.PHONES)
                && SystemKeys.isRevocation(payload.get());
        return deletes || revokes ? mayDelete(principal, topic) : mayWrite(principal, topic);
    }

    @Override
    public boolean mayDelete(Principal principal, String topic) {
        return isReserved(principal.user()) ? revokes(principal.user(), topic) : local.mayDelete(principal, topic);
    }

    @Override
    public boolean mayHaveWritten(String user, String topic) {
        return isReserved(user) ? revokes(user, topic) : local.mayHaveWritten(user, topic);
    }

    @Override
    public boolean maySubscribe(Principal principal, String filter) {
        if (!isReserved(principal.user())) {
            return local.maySubscribe(principal, filter);
        }
        return switch (Role.of(principal.user())) {
            case UNIT -> true;
            case OWNER, PHONE -> !filter.startsWith(LOCAL);
            case CLOUD -> filter.startsWith(SNAPSHOT) || overlapsUnits(filter);
            case LOCAL, NOBODY -> false;
        };
    }

    private static boolean overlapsUnits(String filter) {
        try {
            return ALL_UNITS.overlaps(TopicFilter.parse(filter));
        } catch (IllegalArgumentException notAFilter) {
            return false;
        }
    }

    private static boolean reads(String user, String topic) {
        return switch (Role.of(user)) {
            case UNIT -> true;
            case OWNER, PHONE -> Scope.of(topic) != Scope.UNIT;
            case CLOUD -> topic.startsWith(SystemKeys.UNITS);
            case LOCAL, NOBODY -> false;
        };
    }

    private static boolean writes(String user, String topic) {
        return reads(user, topic) && SystemKeys.mayWrite(Role.of(user), topic);
    }

    private static boolean revokes(String user, String topic) {
        return reads(user, topic) && SystemKeys.mayRevoke(Role.of(user), topic);
    }
}
