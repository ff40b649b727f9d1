package io.bookshelf.broker.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestGuardTest {
    private static final InetSocketAddress LOCAL = new InetSocketAddress("192.168.1.7", 8080);

    private final RequestGuard guard = new RequestGuard(
            List.of("Shelf.lan", "proxy.example:9000", "[fd00::7]"),
            List.of("https://app.example", "capacitor://localhost"));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost:8080",
                "LocalHost:8080",
                "localhost.:8080",
                "127.0.0.1:8080",
                "[::1]:8080",
                "[0:0:0:0:0:0:0:1]:8080",
                "192.168.1.7:8080",
                "shelf.lan",
                "SHELF.LAN.",
                "shelf.lan:8080",
                "shelf.lan:1234",
                "proxy.example:9000",
                "[FD00:0::7]:8080"
            })
    void servesItsOwnNames(String host) {
        assertThat(status(host, null)).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "hall.home:8443, https://hall.home:8443, 200",
        "HALL.home., https://hall.home, 200",
        "192.168.1.2:9000, , 200",
        "[FD00:0::2]:8443, 'https://[fd00::2]:8443', 200",
        "hall.home:8443, http://hall.home:8443, 403",
        "hall.home:8443, https://hall.home, 403",
        "evil.hall.home:8443, , 421",
        "192.168.1.3, , 421"
    })
    void answersToTheNamesInItsCertificate(String host, @Nullable String origin, int status) {
        RequestGuard named =
                new RequestGuard(List.of(), List.of(), () -> Set.of("hall.home", "192.168.1.2", "fd00:0:0:0:0:0:0:2"));
        HttpHeaders headers = new DefaultHttpHeaders().set("Host", host);
        if (origin != null) {
            headers.set("Origin", origin);
        }
        RequestGuard.Refusal refusal = named.check(headers, "https", LOCAL);
        assertThat(refusal == null ? 200 : refusal.status().code()).isEqualTo(status);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "localhost:80",
                "localhost:8081",
                "localhost:",
                "localhost:8080:8080",
                "localhost:+8080",
                "localhost:008080",
                "localhost..:8080",
                "127.0.0.1",
                "127.1:8080",
                "2130706433:8080",
                "192.168.1.7",
                "192.168.1.8:8080",
                "[::ffff:127.0.0.1]:8080",
                "[::1%lo]:8080",
                "[::1]8080",
                "[::1",
                "::1",
                "evil.example:8080",
                "shelf.lan.evil.example",
                "evil-shelf.lan",
                "proxy.example",
                "proxy.example:9001",
                "user@localhost:8080",
                "localhost:8080/",
                "localhost:8080,evil.example",
                "localhost :8080",
                ".",
                ""
            })
    void refusesAnyOtherHost(String host) {
        assertThat(status(host, null)).isEqualTo(421);
    }

    @ParameterizedTest
    @CsvSource({
        "localhost:8080, http://localhost:8080, 200",
        "localhost:8080, HTTP://LOCALHOST:8080, 200",
        "localhost:8080, https://app.example, 200",
        "localhost:8080, https://app.example:443, 200",
        "localhost:8080, capacitor://localhost, 200",
        "shelf.lan, http://shelf.lan, 200",
        "shelf.lan:80, http://shelf.lan, 200",
        "localhost:8080, null, 403",
        "localhost:8080, '', 403",
        "localhost:8080, http://localhost, 403",
        "localhost:8080, http://localhost:3000, 403",
        "localhost:8080, https://localhost:8080, 403",
        "localhost:8080, http://127.0.0.1:8080, 403",
        "localhost:8080, http://evil.example, 403",
        "localhost:8080, https://app.example.evil.example, 403",
        "localhost:8080, http://app.example, 403",
        "localhost:8080, https://app.example/, 403",
        "localhost:8080, http://localhost:8080 http://evil.example, 403",
        "shelf.lan, https://shelf.lan, 403",
    })
    void holdsOriginAgainstHost(String host, String origin, int expected) {
        assertThat(status(host, origin)).isEqualTo(expected);
    }

    @Test
    void refusesMissingAndRepeatedHeaders() {
        HttpHeaders noHost = new DefaultHttpHeaders();
        HttpHeaders twoHosts = headers("localhost:8080", null).add("Host", "localhost:8080");
        HttpHeaders twoOrigins =
                headers("localhost:8080", "http://localhost:8080").add("Origin", "http://localhost:8080");

        assertThat(List.of(status(noHost), status(twoHosts), status(twoOrigins)))
                .containsOnly(400);
    }

    @ParameterizedTest
    @CsvSource({
        "cross-site, no-cors, 403",
        "same-site, no-cors, 403",
        "cross-site, '', 403",
        "cross-site, navigate, 200",
        "same-origin, no-cors, 200",
        "none, navigate, 200",
    })
    void letsOtherSitesLinkButNotLoad(String site, String mode, int expected) {
        HttpHeaders headers =
                headers("localhost:8080", null).set("Sec-Fetch-Site", site).set("Sec-Fetch-Mode", mode);

        assertThat(status(headers)).isEqualTo(expected);
    }

    @Test
    void expectsHttpsOriginsBehindTls() {
        HttpHeaders headers = headers("192.168.1.7:443", "https://192.168.1.7");

        assertThat(guard.check(headers, "https", new InetSocketAddress("192.168.1.7", 443)))
                .isNull();
    }

    @Test
    void refusesAConfigurationThatCannotBeRead() {
        assertThatThrownBy(() -> new WebConfig(10, 1024, List.of("http://shelf.lan"), List.of()))
                .hasMessage("\"http://shelf.lan\" is not a host name, nor one with a port");
        assertThatThrownBy(() -> new WebConfig(10, 1024, List.of(), List.of("app.example")))
                .hasMessage("\"app.example\" is not an origin; write it like https://app.example");
    }

    private int status(String host, @Nullable String origin) {
        return status(headers(host, origin));
    }

    private int status(HttpHeaders headers) {
        RequestGuard.Refusal refusal = guard.check(headers, "http", LOCAL);
        return refusal == null ? 200 : refusal.status().code();
    }

    private static HttpHeaders headers(String host, @Nullable String origin) {
        HttpHeaders headers = new DefaultHttpHeaders().set("Host", host);
        return origin == null ? headers : headers.set("Origin", origin);
    }
}
