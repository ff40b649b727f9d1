package io.bookshelf.pki;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.bookshelf.broker.peer.PeerIdentity;
import io.bookshelf.broker.peer.PeerIdentity.Role;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The folder of one holder: {@code ca.pem}, {@code cert.pem}, {@code key.pem}, and a {@code .p12} for phones. */
public final class Bundle {
    private static final String PASSWORD_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789";
    private static final int PASSWORD_LENGTH = 20;

    private final Path folder;

    /**
     * What is in a folder, whole and fitting together.
     *
     * @param authorities those that are trusted
     * @param who whom the certificate is for
     */
    record Contents(Authorities authorities, Credentials credentials, PeerIdentity who) {}

    public Bundle(Path folder) {
        this.folder = folder;
    }

    /** Who is trusted. */
    public Path authorities() {
        return folder.resolve("ca.pem");
    }

    /** The certificate, and what vouches for its authority. */
    public Path certificate() {
        return folder.resolve("cert.pem");
    }

    /** The private key; while a renewal is under way, the old and the new one. */
    public Path key() {
        return folder.resolve("key.pem");
    }

    /** For phones and browsers. */
    public Path phone(PeerIdentity who) {
        return folder.resolve(who.name() + ".p12");
    }

    /** The random password of {@link #phone}. */
    public Path phonePassword(PeerIdentity who) {
        return folder.resolve(who.name() + ".p12.password");
    }

    void refuseExisting(PeerIdentity who) {
        SafeFiles.refuseExisting(List.of(authorities(), certificate(), key(), phone(who), phonePassword(who)));
    }

    void write(PeerIdentity who, Authorities trusted, Credentials credentials, char @Nullable [] password) {
        SafeFiles.makeFolder(folder);
        char[] secret = password == null ? randomPassword() : password;
        byte[] phone = keyStore(who, trusted, credentials, secret);
        SafeFiles.writePrivate(key(), Pem.keys(List.of(credentials.key())));
        SafeFiles.writePublic(certificate(), Pem.certificates(credentials.chain()));
        SafeFiles.writePublic(authorities(), Pem.certificates(trusted.certificates()));
        if (password == null) {
            SafeFiles.writePrivate(phonePassword(who), (new String(secret) + "\n").getBytes(US_ASCII));
        }
        SafeFiles.writePrivate(phone(who), phone);
    }

    /**
     * Makes a key, and {@code request.pem} to have signed by the authority. The key never leaves the folder.
     *
     * @param hosts by what browsers are to reach the unit
     * @return the request's file
     * @throws PkiException if the names cannot be, or there is a key already
     */
    public Path request(String network, String unit, HostNames hosts) {
        PeerIdentity who = Names.identity(network, Role.UNIT, unit);
        Path request = folder.resolve("request.pem");
        SafeFiles.refuseExisting(List.of(key(), certificate(), request));
        SafeFiles.makeFolder(folder);
        KeyPair pair = Keys.generate();
        SafeFiles.writePrivate(key(), Pem.keys(List.of(pair.getPrivate())));
        SafeFiles.writePublic(request, Pem.encode(Pem.REQUEST, Issuing.request(pair, who, hosts)));
        return request;
    }

    /**
     * Reads the folder.
     *
     * @throws PkiException if something is missing, damaged or does not fit
     */
    Contents load() {
        Authorities trusted = Authorities.of(
                Pem.certificates(SafeFiles.read(authorities()), authorities().toString()),
                authorities().toString());
        List<X509Certificate> chain =
                Pem.certificates(SafeFiles.read(certificate()), certificate().toString());
        X509Certificate own = chain.getFirst();
        PrivateKey key = null;
        for (PrivateKey one : Pem.keys(SafeFiles.read(key()), key().toString())) {
            if (Keys.match(one, own.getPublicKey())) {
                key = one;
            }
        }
        if (key == null) {
            throw new PkiException(
                    key() + " is not the key of " + certificate() + ": put the two that belong together");
        }
        if (trusted.issuer(chain.toArray(X509Certificate[]::new)) == null) {
            throw new PkiException(certificate() + " was not issued by an authority in " + authorities()
                    + ": put the two that belong together");
        }
        return new Contents(trusted, new Credentials(chain, key), identity(own));
    }

    private PeerIdentity identity(X509Certificate own) {
        try {
            return CertificateRules.identity(own);
        } catch (IllegalArgumentException e) {
            throw new PkiException(certificate() + " names " + e.getMessage() + ": issue another", e);
        }
    }

    /**
     * Puts a new pair in the place of the old one. Whenever this is cut off, the folder can be loaded: the old or the new
     * certificate, a key file that has its key, and authorities that include its own.
     */
    void replace(Contents old, Authorities trusted, Credentials fresh) {
        replacing(old, trusted, fresh).forEach(Runnable::run);
        replacePhone(old.who(), trusted, fresh);
    }

    /** Only where its password is beside it; whoever chose another has to make the file again. */
    private void replacePhone(PeerIdentity who, Authorities trusted, Credentials fresh) {
        if (Files.exists(phone(who)) && Files.exists(phonePassword(who))) {
            String password = new String(SafeFiles.read(phonePassword(who)), US_ASCII).strip();
            SafeFiles.writePrivate(phone(who), keyStore(who, trusted, fresh, password.toCharArray()));
        }
    }

    /** The steps of {@link #replace}, each whole or not at all. */
    List<Runnable> replacing(Contents old, Authorities trusted, Credentials fresh) {
        PrivateKey before = old.credentials().key();
        return List.of(
                () -> trust(trusted.with(old.authorities())),
                () -> SafeFiles.writePrivate(key(), Pem.keys(List.of(before, fresh.key()))),
                () -> SafeFiles.writePublic(certificate(), Pem.certificates(fresh.chain())),
                () -> SafeFiles.writePrivate(key(), Pem.keys(List.of(fresh.key()))),
                () -> trust(trusted));
    }

    /** Puts other authorities into the folder, which include that of its certificate. */
    void trust(Authorities trusted) {
        SafeFiles.writePublic(authorities(), Pem.certificates(trusted.certificates()));
    }

    private static byte[] keyStore(PeerIdentity who, Authorities trusted, Credentials credentials, char[] password) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            Certificate[] chain = {credentials.certificate(), trusted.current()};
            store.setKeyEntry(who.name(), credentials.key(), password, chain);
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            store.store(bytes, password);
            return bytes.toByteArray();
        } catch (GeneralSecurityException | IOException e) {
            throw new PkiException("cannot make the .p12 file: " + e.getMessage(), e);
        }
    }

    private static char[] randomPassword() {
        SecureRandom random = new SecureRandom();
        char[] password = new char[PASSWORD_LENGTH];
        for (int i = 0; i < password.length; i++) {
            password[i] = PASSWORD_LETTERS.charAt(random.nextInt(PASSWORD_LETTERS.length()));
        }
        return password;
    }
}
