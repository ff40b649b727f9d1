package io.bookshelf.pki;

import io.bookshelf.broker.peer.PeerIdentity;
import io.bookshelf.broker.peer.PeerIdentity.Role;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The folder of a network's authority: whoever has it decides who is in the network. What it does is on disk when a method
 * returns. Several processes may use it at a time. Thread-safe.
 */
public final class AuthorityFolder {
    /** Longest life of what is issued. */
    public static final int LONGEST_DAYS = 3_650;

    private final Path folder;
    private final AuthorityFiles files;
    private final InstantSource clock;

    private AuthorityFolder(Path folder, InstantSource clock) {
        this.folder = folder;
        this.files = new AuthorityFiles(folder);
        this.clock = clock;
    }

    /**
     * Makes a new network's authority.
     *
     * @throws PkiException if there is one already, the name cannot be one, or the folder cannot be written
     */
    public static AuthorityFolder init(Path folder, String network, InstantSource clock) {
        Names.network(network);
        AuthorityFolder made = new AuthorityFolder(folder, clock);
        SafeFiles.refuseExisting(List.of(made.files.trusted()));
        SafeFiles.makePrivateFolder(folder);
        return made.locked(() -> {
            SafeFiles.refuseExisting(List.of(made.files.trusted()));
            Authority authority = made.newAuthority(network);
            made.files.add(authority, List.of());
            made.files.trust(List.of(authority.certificate()));
            return made;
        });
    }

    /**
     * Opens what {@link #init} has made.
     *
     * @throws PkiException if there is no authority
     */
    public static AuthorityFolder open(Path folder, InstantSource clock) {
        AuthorityFolder opened = new AuthorityFolder(folder, clock);
        opened.files.authorities();
        return opened;
    }

    /** The network's name. */
    public String network() {
        return authorities().network();
    }

    /** Their ids, the current one first. */
    public List<String> ids() {
        return certificates().stream()
                .map(certificate -> Keys.shortId(certificate.getPublicKey()))
                .toList();
    }

    /** The own certificates of the authorities that are trusted, the current one first. */
    public List<X509Certificate> certificates() {
        return authorities().certificates();
    }

    Authorities authorities() {
        return files.authorities();
    }

    Instant now() {
        return clock.instant();
    }

    /**
     * Makes a key and a certificate for it, and writes them with all that belongs to them into a folder.
     *
     * @param password of the {@code .p12} file; null for a random one that is written beside it
     * @throws PkiException if the name cannot be one, or a file is there already
     */
    public X509Certificate issue(Role role, String name, int days, Path out, char @Nullable [] password) {
        return issue(role, name, HostNames.NONE, days, out, password);
    }

    /**
     * The same, with names and addresses by which browsers reach it.
     *
     * @throws PkiException if the name cannot be one, a file is there already, or there are names for somebody who is no
     *     unit
     */
    public X509Certificate issue(
            Role role, String name, HostNames hosts, int days, Path out, char @Nullable [] password) {
        refuseHosts(role, hosts);
        Bundle bundle = new Bundle(out);
        PeerIdentity who = Names.identity(network(), role, name);
        bundle.refuseExisting(who);
        KeyPair pair = Keys.generate();
        List<X509Certificate> chain = sign(pair.getPublic(), who, hosts, days(days));
        bundle.write(who, authorities(), new Credentials(chain, pair.getPrivate()), password);
        return chain.getFirst();
    }

    /**
     * Signs a request, for the holder that it names.
     *
     * @param pem what {@link Bundle#request} has made
     * @throws PkiException if it is no request, or of another network
     */
    public List<X509Certificate> sign(byte[] pem, int days, String where) {
        SigningRequest request = SigningRequest.read(pem, where);
        if (!request.who().network().equals(network())) {
            throw new PkiException(where + " asks for " + request.who() + ", and this authority is of " + network());
        }
        refuseHosts(request.who().role(), request.hosts());
        return sign(request.key(), request.who(), request.hosts(), days(days));
    }

    private static void refuseHosts(Role role, HostNames hosts) {
        if (role != Role.UNIT && !hosts.isEmpty()) {
            throw new PkiException("only a unit is reached by names and addresses: leave them out");
        }
    }

    /**
     * Puts a new key and certificate for the same holder in the place of those in a folder.
     *
     * @param hosts by what browsers reach it from now on; null for what its old certificate says
     * @throws PkiException if the folder is not whole, of another network, or its certificate was revoked
     */
    public X509Certificate renew(Path folder, @Nullable HostNames hosts, int days) {
        Bundle bundle = new Bundle(folder);
        Bundle.Contents old = bundle.load();
        if (!old.who().network().equals(network())) {
            throw new PkiException(folder + " is of " + old.who() + ", and this authority is of " + network());
        }
        if (isRevoked(old.credentials().certificate())) {
            throw new PkiException(
                    "the certificate in " + folder + " was revoked: issue another if that was a mistake");
        }
        KeyPair pair = Keys.generate();
        X509Certificate before = old.credentials().certificate();
        HostNames names = hosts == null ? HostNames.of(before) : hosts;
        refuseHosts(old.who().role(), names);
        List<X509Certificate> chain = sign(pair.getPublic(), old.who(), names, days(days));
        bundle.replace(old, authorities(), new Credentials(chain, pair.getPrivate()));
        return chain.getFirst();
    }

    /** Is it on the newest list of whoever issued it? */
    public boolean isRevoked(X509Certificate certificate) {
        Authorities.Issuer issuer = authorities().issuer(new X509Certificate[] {certificate});
        return issuer != null
                && lists().stream()
                        .anyMatch(list -> list.authority().equals(issuer.authority()) && list.revokes(certificate));
    }

    /** Signs; the certificate comes first, then those by which older authorities vouch for the current one. */
    List<X509Certificate> sign(PublicKey key, PeerIdentity who, HostNames hosts, Duration life) {
        return locked(() -> {
            Authorities now = authorities();
            Authority current = files.authority(now.current(), now.network());
            X509Certificate certificate = Issuing.holder(current, key, who, hosts, clock.instant(), life);
            files.note(current.id(), certificate, who);
            List<X509Certificate> chain = new ArrayList<>(List.of(certificate));
            chain.addAll(files.vouched(current.id()));
            return List.copyOf(chain);
        });
    }

    /** Every certificate that authorities which are trusted have issued. */
    public List<Issued> issued() {
        Authorities now = authorities();
        List<Issued> issued = new ArrayList<>();
        for (X509Certificate certificate : now.certificates()) {
            String id = Keys.shortId(certificate.getPublicKey());
            issued.addAll(files.issued(id, files.newest(id, now)));
        }
        return issued;
    }

    /** The newest list of each authority that has one. */
    public List<RevocationList> lists() {
        Authorities now = authorities();
        List<RevocationList> lists = new ArrayList<>();
        for (X509Certificate certificate : now.certificates()) {
            RevocationList list = files.newest(Keys.shortId(certificate.getPublicKey()), now);
            if (list != null) {
                lists.add(list);
            }
        }
        return lists;
    }

    /** Where the file of a list is. */
    public Path file(RevocationList list) {
        return files.list(list.authority(), list.number());
    }

    /**
     * Takes back one certificate.
     *
     * @return the lists that are new
     * @throws PkiException if none of these authorities has issued it, or it is revoked already
     */
    public List<RevocationList> revoke(X509Certificate certificate) {
        return locked(() -> {
            Authorities now = authorities();
            for (X509Certificate authority : now.certificates()) {
                Authorities.Issuer issuer =
                        Authorities.of(List.of(authority), "ca.pem").issuer(new X509Certificate[] {certificate});
                if (issuer != null) {
                    return List.of(revoke(issuer.authority(), List.of(certificate.getSerialNumber()), now));
                }
            }
            throw new PkiException("this certificate was not issued by an authority in " + folder + " that is trusted");
        });
    }

    /**
     * Takes back every certificate of some holders.
     *
     * @return the lists that are new
     * @throws PkiException if one of them has none that is not revoked already
     */
    public List<RevocationList> revoke(List<PeerIdentity> holders) {
        return locked(() -> {
            Authorities now = authorities();
            List<Issued> wanted = issued().stream()
                    .filter(issued -> !issued.revoked() && holders.contains(issued.who()))
                    .toList();
            for (PeerIdentity holder : holders) {
                if (wanted.stream().noneMatch(issued -> issued.who().equals(holder))) {
                    throw new PkiException("no certificate of " + holder
                            + " is left to revoke; bookshelf pki show lists those that were issued");
                }
            }
            List<RevocationList> made = new ArrayList<>();
            for (String id : ids()) {
                List<BigInteger> serials = wanted.stream()
                        .filter(issued -> issued.authority().equals(id))
                        .map(Issued::serial)
                        .toList();
                if (!serials.isEmpty()) {
                    made.add(revoke(id, serials, now));
                }
            }
            return made;
        });
    }

    /** Everything that was on the list before stays on it, whatever became of the other files. */
    private RevocationList revoke(String id, List<BigInteger> serials, Authorities now) {
        X509Certificate certificate = now.byId(id);
        if (certificate == null) {
            throw new PkiException("the authority " + id + " is not trusted any more");
        }
        RevocationList before = files.newest(id, now);
        Map<BigInteger, Instant> revoked = before == null ? new TreeMap<>() : before.revoked();
        if (revoked.keySet().containsAll(serials)) {
            throw new PkiException("it is revoked already");
        }
        serials.forEach(serial -> revoked.putIfAbsent(serial, clock.instant()));
        long number = before == null ? 1 : before.number() + 1;
        byte[] der = Issuing.list(files.authority(certificate, now.network()), number, revoked, clock.instant());
        SafeFiles.writePublic(files.list(id, number), der);
        return RevocationList.verified(der, now);
    }

    /**
     * Makes a new authority that issues from now on. The older ones stay trusted and vouch for it, so that units which know
     * only them accept what it issues.
     *
     * @return its id
     */
    public String roll() {
        return locked(() -> {
            Authorities now = authorities();
            Authority fresh = newAuthority(now.network());
            List<X509Certificate> vouched = now.certificates().stream()
                    .map(older -> Issuing.vouch(fresh.certificate(), files.authority(older, now.network())))
                    .toList();
            files.add(fresh, vouched);
            List<X509Certificate> all = new ArrayList<>(List.of(fresh.certificate()));
            all.addAll(now.certificates());
            files.trust(all);
            return fresh.id();
        });
    }

    /**
     * Ends the trust in all authorities but the current one, and destroys their keys.
     *
     * @param anyway even if holders are left whose certificates are all of older authorities
     * @return the ids of those that are no longer trusted
     * @throws PkiException if there is only one authority, or such holders are left
     */
    public List<String> finishRoll(boolean anyway) {
        return locked(() -> {
            List<String> ids = ids();
            if (ids.size() == 1) {
                throw new PkiException(
                        "only one authority is trusted, " + ids.getFirst() + ": there is nothing to finish");
            }
            List<String> left = anyway ? List.of() : left(ids.getFirst());
            if (!left.isEmpty()) {
                throw new PkiException("these have no certificate of the new authority yet: " + String.join(", ", left)
                        + "; renew or revoke theirs first, or say --force");
            }
            files.trust(List.of(authorities().current()));
            List<String> gone = ids.subList(1, ids.size());
            gone.forEach(id -> SafeFiles.delete(files.key(id)));
            return gone;
        });
    }

    /** Who still has a good certificate, but none of this authority; a signer takes another when it starts. */
    private List<String> left(String id) {
        PeerIdentity signer = SignerTls.identity(network());
        List<Issued> good = issued().stream()
                .filter(issued -> !issued.revoked() && issued.until().isAfter(clock.instant()))
                .filter(issued -> !issued.who().equals(signer))
                .toList();
        Set<PeerIdentity> moved = good.stream()
                .filter(issued -> issued.authority().equals(id))
                .map(Issued::who)
                .collect(Collectors.toSet());
        return good.stream()
                .map(Issued::who)
                .filter(who -> !moved.contains(who))
                .map(PeerIdentity::uri)
                .distinct()
                .toList();
    }

    private Authority newAuthority(String network) {
        KeyPair pair = Keys.generate();
        return new Authority(network, Issuing.authority(pair, network, clock.instant()), pair.getPrivate());
    }

    static Duration days(int days) {
        if (days < 1 || days > LONGEST_DAYS) {
            throw new PkiException("a certificate is good for 1 to " + LONGEST_DAYS + " days, not " + days);
        }
        return Duration.ofDays(days);
    }

    /** One at a time, in all processes. */
    private synchronized <T> T locked(Supplier<T> work) {
        try (FileChannel channel = FileChannel.open(files.lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            if (!lock.isValid()) {
                throw new PkiException(folder + " cannot be locked");
            }
            return work.get();
        } catch (OverlappingFileLockException e) {
            throw new PkiException(folder + " is in use elsewhere in this process: try again", e);
        } catch (IOException e) {
            throw new PkiException("cannot write in " + folder + ": " + SafeFiles.reason(e), e);
        }
    }
}
