package io.bookshelf.pki;

import io.bookshelf.broker.peer.PeerIdentity;
import io.bookshelf.broker.peer.PeerIdentity.Role;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Who is let in: the same rules in a handshake and ever after. Knows no file, socket or clock. */
final class CertificateRules {
    /**
     * What the certificates are judged by.
     *
     * @param lists the newest revocation list of each authority, by the authority's id
     * @param now the time, right or wrong
     * @param timeKnown whether somebody vouches for it
     * @param built surely past
     * @param listed the ids of the units that are listed in the network
     * @param expiredFor how long a listed unit whose certificate has expired is still let in; null for ever
     */
    record Situation(
            Authorities authorities,
            Map<String, RevocationList> lists,
            Instant now,
            boolean timeKnown,
            Instant built,
            Predicate<String> listed,
            @Nullable Duration expiredFor) {
        /** The time that the end of a certificate is judged by. */
        Instant judgedAt() {
            return timeKnown ? now : built;
        }
    }

    private CertificateRules() {}

    /**
     * Judges.
     *
     * @param chain what the peer sent, its own certificate first
     * @param allowed the roles that make sense at this end of a connection
     */
    static Verdict judge(X509Certificate @Nullable [] chain, Situation by, Set<Role> allowed) {
        if (chain == null || chain.length == 0) {
            return new Verdict.Refused("it has no certificate");
        }
        if (chain.length > Authorities.LONGEST_CHAIN) {
            return new Verdict.Refused(
                    "it sends " + chain.length + " certificates, more than " + Authorities.LONGEST_CHAIN);
        }
        X509Certificate leaf = chain[0];
        String weakness = Keys.weakness(leaf.getPublicKey());
        if (!weakness.isEmpty()) {
            return new Verdict.Refused("its key is not accepted: " + weakness);
        }
        Authorities.Issuer issuer = by.authorities().issuer(chain);
        if (issuer == null) {
            return new Verdict.Refused(stranger(leaf, by.authorities().network()));
        }
        PeerIdentity who;
        try {
            who = identity(leaf);
        } catch (IllegalArgumentException e) {
            return new Verdict.Refused("its certificate names " + Names.printable(String.valueOf(e.getMessage())));
        }
        if (!who.network().equals(by.authorities().network())) {
            return new Verdict.Refused("it is of another network, " + who.network());
        }
        if (!allowed.contains(who.role())) {
            return new Verdict.Refused(
                    "its role, " + word(who.role()) + ", is the wrong one at this end of a connection");
        }
        for (X509Certificate certificate : issuer.path()) {
            if (isRevoked(certificate, certificate == leaf ? issuer.authority() : anchorId(issuer), by)) {
                return new Verdict.Refused("its certificate was revoked");
            }
        }
        return dates(leaf, who, issuer, by);
    }

    /**
     * Reads who the certificate is for.
     *
     * @throws IllegalArgumentException if it does not say so; the message completes "it names"
     */
    static PeerIdentity identity(X509Certificate leaf) {
        List<String> uris = Names.uris(leaf);
        if (uris.size() != 1) {
            throw new IllegalArgumentException(uris.isEmpty() ? "nobody" : "several holders");
        }
        return Names.strict(uris.getFirst());
    }

    private static String anchorId(Authorities.Issuer issuer) {
        return Keys.shortId(issuer.anchor().getPublicKey());
    }

    private static boolean isRevoked(X509Certificate certificate, String authority, Situation by) {
        RevocationList list = by.lists().get(authority);
        return list != null && list.revokes(certificate);
    }

    private static String stranger(X509Certificate leaf, String network) {
        if (leaf.getSubjectX500Principal().equals(leaf.getIssuerX500Principal())) {
            return "its certificate is self-signed";
        }
        try {
            PeerIdentity claimed = identity(leaf);
            if (!claimed.network().equals(network)) {
                return "it is of another network, " + claimed.network();
            }
        } catch (IllegalArgumentException e) {
            // Then it does not even claim to be of one.
        }
        return "its certificate was issued by an authority that is not this network's";
    }

    private static Verdict dates(X509Certificate leaf, PeerIdentity who, Authorities.Issuer issuer, Situation by) {
        Instant from = leaf.getNotBefore().toInstant();
        Instant until = leaf.getNotAfter().toInstant();
        Instant at = by.judgedAt();
        boolean early = by.timeKnown() && at.isBefore(from);
        boolean late = at.isAfter(until);
        String broken = broken(issuer, late ? until : at.isBefore(from) ? from : at);
        if (!broken.isEmpty()) {
            return new Verdict.Refused(broken);
        }
        if (!early && !late) {
            return new Verdict.Welcome(who, "");
        }
        String what = early ? "is not valid before " + from : "expired on " + until;
        boolean tooLong = late && by.expiredFor() != null && at.isAfter(until.plus(by.expiredFor()));
        boolean passes = who.role() == Role.UNIT && by.listed().test(who.name()) && !tooLong;
        return passes ? new Verdict.Welcome(who, what) : new Verdict.Refused("its certificate " + what);
    }

    /** What the standard's own checks of the path find wrong; empty for nothing. */
    private static String broken(Authorities.Issuer issuer, Instant at) {
        try {
            PKIXParameters how = new PKIXParameters(Set.of(new TrustAnchor(issuer.anchor(), null)));
            how.setRevocationEnabled(false); // our lists have been asked already, and are fetched from nowhere
            how.setDate(Date.from(at));
            CertPathValidator.getInstance("PKIX")
                    .validate(CertificateFactory.getInstance("X.509").generateCertPath(issuer.path()), how);
            return "";
        } catch (GeneralSecurityException e) {
            return "its certificate does not hold: " + Names.printable(String.valueOf(e.getMessage()));
        }
    }

    private static String word(Role role) {
        return role.name().toLowerCase(Locale.ROOT);
    }
}
