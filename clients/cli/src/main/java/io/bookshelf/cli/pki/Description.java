package io.bookshelf.cli.pki;

import io.bookshelf.pki.CertificateFile;
import io.bookshelf.pki.HostNames;
import io.bookshelf.pki.Issued;
import java.io.PrintWriter;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.stream.Stream;

/** Certificates in words. */
final class Description {
    private final PrintWriter out;
    private final Instant now;

    Description(PrintWriter out, Instant now) {
        this.out = out;
        this.now = now;
    }

    void certificate(X509Certificate certificate) {
        Instant until = certificate.getNotAfter().toInstant();
        Instant from = certificate.getNotBefore().toInstant();
        line("who", CertificateFile.holder(certificate));
        line(
                "good",
                from + " to " + until + (now.isAfter(until) ? " (expired)" : now.isBefore(from) ? " (not yet)" : ""));
        HostNames hosts = HostNames.of(certificate);
        if (!hosts.isEmpty()) {
            line(
                    "names",
                    String.join(
                            ", ",
                            Stream.concat(hosts.names().stream(), hosts.addresses().stream())
                                    .toList()));
        }
        line("serial", certificate.getSerialNumber().toString(16));
        line("fingerprint", "SHA-256 " + CertificateFile.fingerprint(certificate));
    }

    void issued(Issued one) {
        String state = one.revoked() ? "revoked" : now.isAfter(one.until()) ? "expired" : "good";
        out.println(state + " until " + one.until() + "  " + one.who() + "  serial "
                + one.serial().toString(16) + "  authority " + one.authority());
    }

    void line(String what, String is) {
        out.println(what + ": " + is);
    }
}
