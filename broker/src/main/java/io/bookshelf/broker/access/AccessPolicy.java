package io.bookshelf.broker.access;

import io.bookshelf.store.Holder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Decides who may connect and what they may read and write. Safe for any thread; may change while the unit runs. */
public interface AccessPolicy {
    /**
     * Who a connection turned out to be.
     *
     * @param clientId its MQTT client id
     * @param holder the user name it proved, and how
     */
    record Principal(String clientId, Holder holder) {
        /** Somebody who came in without a certificate. */
        public Principal(String clientId, String user) {
            this(clientId, new Holder(user, ""));
        }

        /** The user name that was proved, empty for an anonymous client. */
        public String user() {
            return holder.user();
        }
    }

    /**
     * Checks the name and the password of a CONNECT. May take long (password hashing) and is therefore never called on the
     * broker's own thread.
     *
     * @return who it is, or null if it may not connect
     */
    @Nullable
    Principal authenticate(String clientId, @Nullable String user, byte @Nullable [] password);

    /** May this user have the client id that it chose? Asked at CONNECT. */
    default boolean mayUseClientId(Principal principal) {
        return true;
    }

    /** True if nobody is refused anything, so that checks can be spared. */
    boolean allowsEverything();

    /** True if {@link #authenticate} has nothing to hash for this name and password, and so may be called on any thread. */
    default boolean authenticatesQuickly(@Nullable String user, byte @Nullable [] password) {
        return allowsEverything();
    }

    /** May this client be sent messages on the topic? Asked at every delivery, so that a revoked right takes hold at once. */
    boolean mayRead(Principal principal, String topic);

    /** May this client publish to the topic? */
    boolean mayWrite(Principal principal, String topic);

    /** May this client delete what stands under the topic? Whoever may write it may, unless a policy says otherwise. */
    default boolean mayDelete(Principal principal, String topic) {
        return mayWrite(principal, topic);
    }

    /**
     * May this client publish this?
     *
     * @param deletes true for a retained publish without a payload
     * @param payload gives the payload to whoever has to look at it
     */
    default boolean mayPublish(Principal principal, String topic, boolean deletes, Supplier<byte[]> payload) {
        return deletes ? mayDelete(principal, topic) : mayWrite(principal, topic);
    }

    /** Is there any topic under the filter that this client might read? A filter for which there is none is refused. */
    boolean maySubscribe(Principal principal, String filter);

    /** May a value still be shown that the user of this name wrote? False once that user lost the right to write it. */
    boolean mayHaveWritten(String user, String topic);

    /**
     * Would whoever proved this user name, in this way, be let in at this moment? Asked of connections, sessions and wills
     * whenever an answer may have changed, and of each will when it fires. Must return at once.
     */
    default boolean isLetIn(Holder holder) {
        return true;
    }

    /** Calls back, on any thread, when somebody may have come to be let in no more. */
    default void onChange(Runnable judgeAgain) {}

    /** Everybody may do everything: the default on loopback. */
    AccessPolicy OPEN = new AccessPolicy() {
        @Override
        public Principal authenticate(String clientId, @Nullable String user, byte @Nullable [] password) {
            // A name that nobody checks is nobody's, now or when a password file comes.
            return new Principal(clientId, "");
        }

        @Override
        public boolean allowsEverything() {
            return true;
        }

        @Override
        public boolean mayRead(Principal principal, String topic) {
            return true;
        }

        @Override
        public boolean mayWrite(Principal principal, String topic) {
            return true;
        }

        @Override
        public boolean maySubscribe(Principal principal, String filter) {
            return true;
        }

        @Override
        public boolean mayHaveWritten(String user, String topic) {
            return true;
        }
    };
}
