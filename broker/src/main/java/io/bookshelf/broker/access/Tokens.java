package io.bookshelf.broker.access;

import org.jspecify.annotations.Nullable;

/**
 * Lets those in on the web ports who have signed in there with the key of a paired phone. Any thread; every method returns at
 * once.
 */
public interface Tokens {
    /**
     * Whose token this is.
     *
     * @param user the user name of a CONNECT
     * @param password its password
     * @return the user name that the phone has here, as {@link PeerAccess#phone} makes it; null if it is no good token
     */
    @Nullable
    String holder(String user, byte[] password);

    /** True as long as the phone of this user name, once let in, may stay: whether its token has run out plays no part. */
    boolean mayStay(String holder);

    /** Calls back when a phone may not stay any more: open connections are then to be judged again. */
    void onChange(Runnable judgeAgain);

    /** No phone is let in. */
    Tokens NONE = new Tokens() {
        @Override
        public @Nullable String holder(String user, byte[] password) {
            return null;
        }

        @Override
        public boolean mayStay(String holder) {
            return false;
        }

        @Override
        public void onChange(Runnable judgeAgain) {}
    };
}
