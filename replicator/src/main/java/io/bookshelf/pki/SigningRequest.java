package io.bookshelf.pki;

import io.bookshelf.broker.peer.PeerIdentity;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import org.bouncycastle.asn1.ASN1String;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.jspecify.annotations.Nullable;

/**
 * A request for a certificate that its sender signed with the key that it is for.
 *
 * @param who as whom it asks
 */
record SigningRequest(PeerIdentity who, PublicKey key) {
    /**
     * @param where what is read, for the message
     * @throws PkiException if it is no such request, its signature does not hold or its key is weak
     */
    static SigningRequest read(byte[] pem, String where) {
        byte[] der = Pem.decode(Pem.REQUEST, pem, where).getFirst();
        try {
            JcaPKCS10CertificationRequest request = new JcaPKCS10CertificationRequest(der);
            PublicKey key = request.getPublicKey();
            String weakness = Keys.weakness(key);
            if (!weakness.isEmpty()) {
                throw new PkiException(where + " asks for a weak key: " + weakness);
            }
            if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
                throw new PkiException(where + " is not signed by the key that it is for: make it again");
            }
            return new SigningRequest(identity(request.getRequestedExtensions(), where), key);
        } catch (IOException
                | GeneralSecurityException
                | OperatorCreationException
                | PKCSException
                | IllegalArgumentException e) {
            throw new PkiException(where + " is no request for a certificate: " + e.getMessage(), e);
        }
    }

    private static PeerIdentity identity(@Nullable Extensions wanted, String where) {
        GeneralNames names =
                wanted == null ? null : GeneralNames.fromExtensions(wanted, Extension.subjectAlternativeName);
        if (names == null
                || names.getNames().length != 1
                || names.getNames()[0].getTagNo() != GeneralName.uniformResourceIdentifier
                || !(names.getNames()[0].getName() instanceof ASN1String uri)) {
            throw new PkiException(where + " does not say for whom, by one URI as its alternative name: make it with "
                    + "bookshelf pki request");
        }
        return Names.strict(uri.getString());
    }
}
