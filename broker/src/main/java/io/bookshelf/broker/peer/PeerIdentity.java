package io.bookshelf.broker.peer;

import java.net.URI;

/**
 * Who a certificate says somebody is: its SPIFFE URI, such as {@code spiffe://home-7f3a/unit/hall}.
 *
 * @param network the network whose authority issued it
 * @param role what its holder may do
 * @param name the unit's id, the owner's name, or {@code cloud}
 */
public record PeerIdentity(String network, Role role, String name) {
    /** What the holder of a certificate may do. */
    public enum Role {
        /** Everything; links. */
        UNIT,
        /** Reads and writes all but {@code local/…}. */
        OWNER,
        /** Its links, and {@code bookshelf/units/…}. */
        CLOUD
    }

    /**
     * Reads what {@link #uri()} writes.
     *
     * @throws IllegalArgumentException if it is no such URI; the message is a sentence
     */
    public static PeerIdentity parse(String uri) {
        URI parsed = URI.create(uri);
        String path = parsed.getPath();
        String[] parts = path == null ? new String[0] : path.split("/", -1);
        if (!"spiffe".equals(parsed.getScheme())
                || parsed.getAuthority() == null
                || parts.length != 3
                || parts[2].isEmpty()) {
            throw new IllegalArgumentException("not a name of this kind of network: " + uri);
        }
        Role role =
                switch (parts[1]) {
                    case "unit" -> Role.UNIT;
                    case "owner" -> Role.OWNER;
                    case "cloud" -> Role.CLOUD;
                    default -> throw new IllegalArgumentException("an unknown role, " + parts[1]);
                };
        return new PeerIdentity(parsed.getAuthority(), role, parts[2]);
    }

    /** The SPIFFE URI. */
    public String uri() {
        String word =
                switch (role) {
                    case UNIT -> "unit";
                    case OWNER -> "owner";
                    case CLOUD -> "cloud";
                };
        return "spiffe://" + network + "/" + word + "/" + name;
    }

    @Override
    public String toString() {
        return uri();
    }
}
