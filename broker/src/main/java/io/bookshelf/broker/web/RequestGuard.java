package io.bookshelf.broker.web;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps pages of other sites out, which reach a unit through the browser of whoever looks at them.
 *
 * <p>A page that makes its own name point at a unit (DNS rebinding) gives itself away by the Host header: it carries that
 * name. A page that simply addresses the unit gives itself away by Origin, or by Sec-Fetch-Site where browsers send no
 * Origin. What is no browser sends neither, and passes.
 */
final class RequestGuard {
    /** Why a request is not answered. */
    record Refusal(HttpResponseStatus status, String sentence) {}

    private static final Set<String> LOOPBACK =
            Set.of("localhost", "127.0.0.1", NetUtil.toAddressString(NetUtil.LOCALHOST6));

    private final Set<Authority> hosts = new HashSet<>();
    private final Set<Origin> origins = new HashSet<>();
    private final Supplier<Set<String>> ownNames;

    RequestGuard(List<String> hosts, List<String> origins) {
        this(hosts, origins, Set::of);
    }

    /** @param ownNames hosts, at any port, that are this unit's too; asked at each request */
    RequestGuard(List<String> hosts, List<String> origins, Supplier<Set<String>> ownNames) {
        this.ownNames = ownNames;
        for (String host : hosts) {
            Authority authority = Authority.parse(host, 0);
            if (authority != null) {
                this.hosts.add(authority);
            }
        }
        for (String text : origins) {
            Origin origin = Origin.parse(text);
            if (origin != null) {
                this.origins.add(origin);
            }
        }
    }

    /**
     * Says why a request may not be answered, or returns null if it may.
     *
     * @param scheme what the listener speaks, {@code http} or {@code https}
     * @param local the address at which the request arrived
     */
    @Nullable
    Refusal check(HttpHeaders headers, String scheme, InetSocketAddress local) {
        List<String> values = headers.getAll(HttpHeaderNames.HOST);
        if (values.size() != 1) {
            return new Refusal(HttpResponseStatus.BAD_REQUEST, "A request needs exactly one Host header.");
        }
        Authority host = Authority.parse(values.getFirst(), Origin.defaultPort(scheme));
        if (host == null || !serves(host, local)) {
            return new Refusal(
                    HttpResponseStatus.MISDIRECTED_REQUEST,
                    "This unit does not answer to that Host; add the name to the web hosts of its configuration.");
        }
        return checkOrigin(headers, new Origin(scheme, host));
    }

    /** True if this origin was listed, so that its pages may read what the unit answers. */
    boolean lists(String origin) {
        Origin parsed = Origin.parse(origin);
        return parsed != null && origins.contains(parsed);
    }

    private boolean serves(Authority host, InetSocketAddress local) {
        if (hosts.contains(host) || hosts.contains(new Authority(host.host(), 0))) {
            return true;
        }
        if (ownNames.get().stream().anyMatch(name -> isNamed(name, host))) {
            return true;
        }
        InetAddress address = local.getAddress();
        boolean own = LOOPBACK.contains(host.host())
                || (address != null && host.host().equals(NetUtil.bytesToIpAddress(address.getAddress())));
        return own && host.port() == local.getPort();
    }

    private static boolean isNamed(String name, Authority host) {
        Authority own = Authority.parse(name.indexOf(':') < 0 ? name : "[" + name + "]", 0);
        return own != null && own.host().equals(host.host());
    }

    private @Nullable Refusal checkOrigin(HttpHeaders headers, Origin own) {
        List<String> values = headers.getAll(HttpHeaderNames.ORIGIN);
        if (values.size() > 1) {
            return new Refusal(HttpResponseStatus.BAD_REQUEST, "A request may have one Origin header at most.");
        }
        if (values.isEmpty()) {
            return checkFetchSite(headers);
        }
        Origin origin = Origin.parse(values.getFirst());
        if (origin != null && (origin.equals(own) || origins.contains(origin))) {
            return null;
        }
        return new Refusal(
                HttpResponseStatus.FORBIDDEN,
                "Pages of that origin may not use this unit; add it to the web origins of its configuration.");
    }

    /** Following a link to the unit is fine; loading a picture or a script from it is not. */
    private static @Nullable Refusal checkFetchSite(HttpHeaders headers) {
        String site = headers.get("Sec-Fetch-Site", "none");
        boolean foreign = !site.equals("none") && !site.equals("same-origin");
        if (foreign && !headers.get("Sec-Fetch-Mode", "").equals("navigate")) {
            return new Refusal(HttpResponseStatus.FORBIDDEN, "Pages of other sites may not load from this unit.");
        }
        return null;
    }
}
