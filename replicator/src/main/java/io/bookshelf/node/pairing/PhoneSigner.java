package io.bookshelf.node.pairing;

/** Signs the entries of phones in this unit's name, and says whose signatures count. Any thread. */
public interface PhoneSigner {
    /**
     * A signature, and by whom.
     *
     * @param certificate the signer's certificate and what vouches for it, as text
     * @param signature over the text that was signed, in base64
     */
    record Signed(String certificate, String signature) {}

    /** Signs in the name of this unit. */
    Signed sign(String text);

    /**
     * Did a unit or an owner of the network sign this, whose certificate was not revoked? Its dates play no part, so that a
     * renewal changes nothing.
     */
    boolean isGood(String text, Signed signed);

    /** True if this unit signed it by a certificate that it has no more: it had better sign again while that one counts. */
    boolean isOwnOfBefore(Signed signed);
}
