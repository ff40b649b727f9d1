package io.bookshelf.pki;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.NullUnmarked;

/** A certificate that tells a list with which keys its signature is verified. */
@NullUnmarked
final class CountedCertificate extends X509Certificate {
    private static final long serialVersionUID = 1L;

    private final transient X509Certificate inner;
    private final transient List<PublicKey> verifiedWith;

    CountedCertificate(X509Certificate inner, List<PublicKey> verifiedWith) {
        this.inner = inner;
        this.verifiedWith = verifiedWith;
    }

    @Override
    public void verify(PublicKey key) {
        verifiedWith.add(key);
        try {
            inner.verify(key);
        } catch (GeneralSecurityException e) {
            sneak(e);
        }
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <E extends Throwable> void sneak(Throwable e) throws E {
        throw (E) e;
    }

    @Override
    public void verify(PublicKey key, String provider) {
        verify(key);
    }

    @Override
    public byte[] getEncoded() throws CertificateEncodingException {
        return inner.getEncoded();
    }

    @Override
    public PublicKey getPublicKey() {
        return inner.getPublicKey();
    }

    @Override
    public X500Principal getSubjectX500Principal() {
        return inner.getSubjectX500Principal();
    }

    @Override
    public X500Principal getIssuerX500Principal() {
        return inner.getIssuerX500Principal();
    }

    @Override
    public int getBasicConstraints() {
        return inner.getBasicConstraints();
    }

    @Override
    public byte[] getExtensionValue(String oid) {
        return inner.getExtensionValue(oid);
    }

    @Override
    public Set<String> getCriticalExtensionOIDs() {
        return inner.getCriticalExtensionOIDs();
    }

    @Override
    public Set<String> getNonCriticalExtensionOIDs() {
        return inner.getNonCriticalExtensionOIDs();
    }

    @Override
    public boolean hasUnsupportedCriticalExtension() {
        return inner.hasUnsupportedCriticalExtension();
    }

    @Override
    public Collection<List<?>> getSubjectAlternativeNames() throws java.security.cert.CertificateParsingException {
        return inner.getSubjectAlternativeNames();
    }

    @Override
    public void checkValidity() throws CertificateExpiredException, CertificateNotYetValidException {
        inner.checkValidity();
    }

    @Override
    public void checkValidity(Date at) throws CertificateExpiredException, CertificateNotYetValidException {
        inner.checkValidity(at);
    }

    @Override
    public int getVersion() {
        return inner.getVersion();
    }

    @Override
    public BigInteger getSerialNumber() {
        return inner.getSerialNumber();
    }

    @Override
    @SuppressWarnings("deprecation")
    public Principal getIssuerDN() {
        return inner.getIssuerDN();
    }

    @Override
    @SuppressWarnings("deprecation")
    public Principal getSubjectDN() {
        return inner.getSubjectDN();
    }

    @Override
    public Date getNotBefore() {
        return inner.getNotBefore();
    }

    @Override
    public Date getNotAfter() {
        return inner.getNotAfter();
    }

    @Override
    public byte[] getTBSCertificate() throws CertificateEncodingException {
        return inner.getTBSCertificate();
    }

    @Override
    public byte[] getSignature() {
        return inner.getSignature();
    }

    @Override
    public String getSigAlgName() {
        return inner.getSigAlgName();
    }

    @Override
    public String getSigAlgOID() {
        return inner.getSigAlgOID();
    }

    @Override
    public byte[] getSigAlgParams() {
        return inner.getSigAlgParams();
    }

    @Override
    public boolean[] getIssuerUniqueID() {
        return inner.getIssuerUniqueID();
    }

    @Override
    public boolean[] getSubjectUniqueID() {
        return inner.getSubjectUniqueID();
    }

    @Override
    public boolean[] getKeyUsage() {
        return inner.getKeyUsage();
    }

    @Override
    public String toString() {
        return inner.toString();
    }
}
