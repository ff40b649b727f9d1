package io.bookshelf.node;

import io.bookshelf.node.pairing.PhoneSigner;
import io.bookshelf.pki.Attestation;
import io.bookshelf.pki.UnitPki;

/** Signs the entries of phones by this unit's certificate, and judges others' by the rules for certificates. */
record CertifiedPhones(UnitPki pki) implements PhoneSigner {
    @Override
    public Signed sign(String text) {
        Attestation made = pki.attest(text);
        return new Signed(made.certificates(), made.signature());
    }

    @Override
    public boolean isGood(String text, Signed signed) {
        return pki.isAttested(text, new Attestation(signed.certificate(), signed.signature()));
    }

    @Override
    public boolean isOwnOfBefore(Signed signed) {
        return pki.isOwnOfBefore(new Attestation(signed.certificate(), signed.signature()));
    }
}
