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
 * @param hosts by what names and addresses browsers are to reach it
 */
record SigningRequest(PeerIdentity who, HostNames hosts, PublicKey key) {
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
            return read(request.getRequestedExtensions(), key, where);
        } catch (IOException
                | GeneralSecurityException
                | OperatorCreationException
                | PKCSException
                | IllegalArgumentException e) {
            throw new PkiException(where + " is no request for a certificate: " + e.getMessage(), e);
        }
    }

    private static SigningRequest read(@Nullable Extensions wanted, PublicKey key, String where) {
        GeneralNames names =
                wanted == null ? null : GeneralNames.fromExtensions(wanted, Extension.subjectAlternativeName);
        PeerIdentity who = null;
        HostNames hosts = HostNames.NONE;
        for (GeneralName name : names == null ? new GeneralName[0] : names.getNames()) {
            if (name.getTagNo() != GeneralName.uniformResourceIdentifier) {
                hosts = hosts.with(name);
            } else if (who == null && name.getName() instanceof ASN1String uri) {
                who = Names.strict(uri.getString());
            } else {
                throw new PkiException(where + " names several holders: make it with bookshelf pki request");
            }
        }
        if (who == null) {
            throw new PkiException(
                    where + " does not say for whom, by one URI among its alternative names: make it with"
                            + " bookshelf pki request");
        }
        return new SigningRequest(who, hosts, key);
    }
}
