package io.bookshelf.pki;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1String;
import org.bouncycastle.asn1.x509.GeneralName;
import org.jspecify.annotations.Nullable;

/**
 * By what names and addresses browsers reach a unit: they want to find them in its certificate. They give no rights, and
 * nobody in the network asks for them.
 *
 * @param names DNS names, in lower case
 * @param addresses IP addresses in numbers, as Java writes them
 */
public record HostNames(List<String> names, List<String> addresses) {
    /** None: a certificate for peers alone. */
    public static final HostNames NONE = new HostNames(List.of(), List.of());

    /** Most names and addresses of a certificate. */
    public static final int MOST = 32;

    private static final Pattern NAME =
            Pattern.compile("(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*");
    private static final Pattern NUMBERS = Pattern.compile("[0-9.]+");
    private static final Pattern FOUR_NUMBERS = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

    public HostNames {
        names = List.copyOf(names);
        addresses = List.copyOf(addresses);
    }

    /**
     * Reads what somebody typed.
     *
     * @throws PkiException if one of them cannot be what it should; the message names it
     */
    public static HostNames of(List<String> names, List<String> addresses) {
        Set<String> read = new LinkedHashSet<>();
        for (String name : names) {
            String plain = name.toLowerCase(Locale.ROOT);
            if (!NAME.matcher(plain).matches() || NUMBERS.matcher(plain).matches()) {
                throw new PkiException(
                        "a host name is made of letters, digits and hyphens, with dots between its parts, such"
                                + " as hall.home: " + Names.printable(name) + " is not");
            }
            read.add(plain);
        }
        Set<String> numbers = new LinkedHashSet<>();
        for (String address : addresses) {
            InetAddress ip = literal(address);
            if (ip == null) {
                throw new PkiException("an address is one in numbers, such as 192.168.1.2 or fd00::2: "
                        + Names.printable(address) + " is not");
            }
            numbers.add(ip.getHostAddress());
        }
        if (read.size() + numbers.size() > MOST) {
            throw new PkiException("a certificate has " + MOST + " names and addresses at most, not "
                    + (read.size() + numbers.size()));
        }
        return new HostNames(List.copyOf(read), List.copyOf(numbers));
    }

    /** Those in a certificate; none where it has such as cannot be asked for here. */
    public static HostNames of(X509Certificate certificate) {
        List<String> names = new ArrayList<>();
        List<String> addresses = new ArrayList<>();
        try {
            Collection<List<?>> all = certificate.getSubjectAlternativeNames();
            for (List<?> each : all == null ? List.<List<?>>of() : all) {
                if (each.get(1) instanceof String text) {
                    if (each.get(0).equals(GeneralName.dNSName)) {
                        names.add(text);
                    } else if (each.get(0).equals(GeneralName.iPAddress)) {
                        addresses.add(text);
                    }
                }
            }
            return of(names, addresses);
        } catch (CertificateParsingException | PkiException e) {
            return NONE;
        }
    }

    /** One of the names in a request for a certificate, added to those before it. */
    HostNames with(GeneralName name) {
        List<String> moreNames = new ArrayList<>(names);
        List<String> moreAddresses = new ArrayList<>(addresses);
        switch (name.getTagNo()) {
            case GeneralName.dNSName -> moreNames.add(((ASN1String) name.getName()).getString());
            case GeneralName.iPAddress -> moreAddresses.add(text((ASN1OctetString) name.getName()));
            default -> throw new PkiException("it has a name of a kind that no certificate here has");
        }
        return of(moreNames, moreAddresses);
    }

    private static String text(ASN1OctetString bytes) {
        try {
            return InetAddress.getByAddress(bytes.getOctets()).getHostAddress();
        } catch (UnknownHostException e) {
            throw new PkiException("it has an address of " + bytes.getOctets().length + " bytes", e);
        }
    }

    /** As they stand in a certificate, behind who its holder is. */
    List<GeneralName> general() {
        List<GeneralName> all = new ArrayList<>();
        names.forEach(name -> all.add(new GeneralName(GeneralName.dNSName, name)));
        addresses.forEach(address -> all.add(new GeneralName(GeneralName.iPAddress, address)));
        return all;
    }

    /** Names and addresses. */
    public Set<String> all() {
        Set<String> all = new LinkedHashSet<>(names);
        all.addAll(addresses);
        return Set.copyOf(all);
    }

    public boolean isEmpty() {
        return names.isEmpty() && addresses.isEmpty();
    }

    private static @Nullable InetAddress literal(String text) {
        boolean four = text.indexOf(':') < 0;
        if (text.indexOf('%') >= 0
                || text.startsWith("[")
                || (four && !FOUR_NUMBERS.matcher(text).matches())) {
            return null;
        }
        try {
            InetAddress ip = InetAddress.ofLiteral(text);
            return ip.isAnyLocalAddress() || (ip instanceof Inet6Address && four) ? null : ip;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
