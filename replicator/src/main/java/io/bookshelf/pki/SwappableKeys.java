package io.bookshelf.pki;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/** Answers with the one pair there is; a handshake that began before a change ends with what it began with. */
final class SwappableKeys extends X509ExtendedKeyManager {
    private volatile Held held;

    private record Held(
            String alias, Credentials credentials, @Nullable Held before) {}

    SwappableKeys(Credentials first) {
        this.held = new Held("0", first, null);
    }

    synchronized void use(Credentials next) {
        Held last = new Held(held.alias(), held.credentials(), null);
        held = new Held(String.valueOf(Long.parseLong(last.alias()) + 1), next, last);
    }

    private @Nullable Credentials byAlias(@Nullable String alias) {
        Held now = held;
        if (now.alias().equals(alias)) {
            return now.credentials();
        }
        Held before = now.before();
        return before != null && before.alias().equals(alias) ? before.credentials() : null;
    }

    private @Nullable String aliasFor(String... keyTypes) {
        Held now = held;
        for (String type : keyTypes) {
            if (type.equals(now.credentials().key().getAlgorithm())) {
                return now.alias();
            }
        }
        return null;
    }

    @Override
    public @Nullable String chooseEngineClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, SSLEngine engine) {
        return aliasFor(keyTypes);
    }

    @Override
    public @Nullable String chooseEngineServerAlias(String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
        return aliasFor(keyType);
    }

    @Override
    public @Nullable String chooseClientAlias(String[] keyTypes, Principal @Nullable [] issuers, Socket socket) {
        return aliasFor(keyTypes);
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, Socket socket) {
        return aliasFor(keyType);
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        String alias = aliasFor(keyType);
        return alias == null ? null : new String[] {alias};
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return getClientAliases(keyType, issuers);
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        Credentials credentials = byAlias(alias);
        return credentials == null ? null : credentials.array();
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        Credentials credentials = byAlias(alias);
        return credentials == null ? null : credentials.key();
    }
}
