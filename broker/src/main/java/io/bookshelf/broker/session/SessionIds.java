package io.bookshelf.broker.session;

import io.bookshelf.broker.access.AccessPolicy.Principal;
import io.bookshelf.broker.access.PeerAccess;
import io.bookshelf.store.Holder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Under which id a client's session is kept: one that nobody else can have. Clients choose their client ids, so the id of a
 * session has the user in it who was proved: {@code user://anna/phone}. Who comes by certificate or with a phone's token has
 * theirs in the client id already ({@link PeerAccess#principal}); anonymous clients, of whom nothing is proved, have the bare
 * client id.
 *
 * <p>Sessions that an earlier version saved have bare ids, and it is not known whose they are: the first client with that id
 * gets it, unless its will says that it was another user's.
 */
public final class SessionIds {
    private static final String SCHEME = "user://";

    private SessionIds() {}

    /** True for a client id that no client may choose. */
    public static boolean isReserved(String clientId) {
        return clientId.startsWith(SCHEME);
    }

    /** The client id that the client of a session chose. */
    static String clientIdOf(String id) {
        return isReserved(id) ? id.substring(id.indexOf('/', SCHEME.length()) + 1) : id;
    }

    /** Whose sessions are this one's: a user's, or empty for all whose client ids tell them apart as far as anything does. */
    private static String owner(Holder who) {
        return PeerAccess.isReserved(who.user()) ? "" : who.user();
    }

    /**
     * The id of the session that a client finds or makes.
     *
     * @param clientId the client id that it chose
     * @param known the session of an id
     * @param willOf the user who left the will of an id, null if there is none
     */
    static String of(
            Principal who,
            String clientId,
            Function<String, @Nullable Session> known,
            Function<String, @Nullable String> willOf) {
        String owner = owner(who.holder());
        String qualified = SCHEME + escaped(owner) + "/" + clientId;
        Session bare = known.apply(clientId);
        boolean bareIsTheirs = bare != null && isOf(owner, bare, willOf.apply(clientId));
        if (owner.isEmpty()) {
            // Where a user has taken over the bare id of an earlier version, anonymous clients have another.
            boolean free = bare == null && known.apply(qualified) == null;
            return free || bareIsTheirs ? clientId : qualified;
        }
        return bareIsTheirs && known.apply(qualified) == null ? clientId : qualified;
    }

    private static boolean isOf(String owner, Session session, @Nullable String willOf) {
        Holder its = session.holder();
        return its == null ? willOf == null || willOf.equals(owner) : owner(its).equals(owner);
    }

    /** Without a slash, so that no two users and client ids give the same id. */
    private static String escaped(String user) {
        return user.replace("%", "%25").replace("/", "%2F");
    }
}
