package io.bookshelf.catalogue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * The keys under {@code bookshelf/}, by which the network runs itself, and the table of who may write them. It holds for
 * clients, for wills, and for entries that arrive over links. Pure.
 */
public final class SystemKeys {
    /** A phone that is paired: {@code bookshelf/phones/<id>}. Counts if a unit or an owner signed it. */
    public static final String PHONES = "bookshelf/phones/";

    /** Where a unit is, and whether it is retired: {@code bookshelf/units/<name>}. */
    public static final String UNITS = "bookshelf/units/";

    /** What an authority has revoked: {@code bookshelf/crl/<authority>/<number>}. Counts by the authority's signature. */
    public static final String LISTS = "bookshelf/crl/";

    /** All of them. */
    public static final String ALL = "bookshelf/";

    private static final String SCHEME = "spiffe://";

    /** What somebody is, as far as these keys are concerned. */
    public enum Role {
        /** By its certificate. */
        UNIT,
        /** By a certificate. */
        OWNER,
        /** By the key that was paired. */
        PHONE,
        /** By its certificate. */
        CLOUD,
        /** A client on the unit, held to the unit's own rules besides; and the unit itself. */
        LOCAL,
        /** A name of the kind that only a certificate or a token gives, and of no kind that is known. */
        NOBODY;

        /**
         * The role behind a user name, as a connection proved it or a value carries it.
         *
         * @param user the URI of whoever came in by a certificate or a token; any other, or an empty one, is a local client's
         */
        public static Role of(String user) {
            if (!user.startsWith(SCHEME)) {
                return LOCAL;
            }
            int slash = user.indexOf('/', SCHEME.length());
            if (slash < 0) {
                return NOBODY;
            }
            if (user.startsWith("unit/", slash + 1)) {
                return UNIT;
            }
            if (user.startsWith("owner/", slash + 1)) {
                return OWNER;
            }
            if (user.startsWith("phone/", slash + 1)) {
                return PHONE;
            }
            return user.startsWith("cloud/", slash + 1) ? CLOUD : NOBODY;
        }
    }

    /** What may be done with a key. */
    private enum Right {
        NONE,
        /** Delete it, or write in its place that it is revoked: it can take something away, and gives nothing. */
        REVOKE,
        WRITE
    }

    private record Row(String prefix, Right unit, Right owner, Right phone, Right cloud, Right local) {
        Right of(Role role) {
            return switch (role) {
                case UNIT -> unit;
                case OWNER -> owner;
                case PHONE -> phone;
                case CLOUD -> cloud;
                case LOCAL -> local;
                case NOBODY -> Right.NONE;
            };
        }
    }

    /** The first that fits counts. */
    private static final List<Row> TABLE = List.of(
            new Row(PHONES, Right.WRITE, Right.WRITE, Right.REVOKE, Right.NONE, Right.WRITE),
            new Row(UNITS, Right.WRITE, Right.WRITE, Right.NONE, Right.WRITE, Right.WRITE),
            new Row(LISTS, Right.WRITE, Right.WRITE, Right.NONE, Right.NONE, Right.WRITE),
            new Row(ALL, Right.WRITE, Right.WRITE, Right.NONE, Right.NONE, Right.WRITE));

    private SystemKeys() {}

    /** May somebody of this role write the key? True of every key that is not one of these. */
    public static boolean mayWrite(Role role, String key) {
        return right(role, key) == Right.WRITE;
    }

    /** May somebody of this role delete the key, or revoke what stands there? True of every key that is not one of these. */
    public static boolean mayRevoke(Role role, String key) {
        return right(role, key) != Right.NONE;
    }

    /** Does it count if somebody of this role states that a unit is retired, or is so no more? */
    public static boolean mayRetire(Role role) {
        return role != Role.CLOUD && mayWrite(role, UNITS);
    }

    /** Is this what stands for a phone that is revoked? Spelled exactly so, as whoever may only revoke has to. */
    public static boolean isRevocation(byte[] value) {
        return Arrays.equals(value, revocation());
    }

    /** What is written in place of the entry of a phone that is revoked. */
    public static byte[] revocation() {
        return "{\"revoked\":true}".getBytes(StandardCharsets.US_ASCII);
    }

    private static Right right(Role role, String key) {
        if (!key.startsWith(ALL)) {
            return Right.WRITE;
        }
        for (Row row : TABLE) {
            if (key.startsWith(row.prefix)) {
                return row.of(role);
            }
        }
        return Right.NONE;
    }
}
