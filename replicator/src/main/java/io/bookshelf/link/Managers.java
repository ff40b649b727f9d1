package io.bookshelf.link;

import java.security.KeyStore;
import java.security.Provider;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.KeyManagerFactorySpi;
import javax.net.ssl.ManagerFactoryParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.TrustManagerFactorySpi;
import org.jspecify.annotations.Nullable;

/** The factories that the MQTT client asks for, around managers that are there already. */
final class Managers {
    private static final Provider NO_PROVIDER = new Provider("bookshelf", "1", "managers that are there already") {
        private static final long serialVersionUID = 1L;
    };

    private Managers() {}

    static KeyManagerFactory of(KeyManager manager) {
        KeyManagerFactorySpi spi = new KeyManagerFactorySpi() {
            @Override
            protected void engineInit(@Nullable KeyStore store, char @Nullable [] password) {
                // There is nothing to be made of it.
            }

            @Override
            protected void engineInit(@Nullable ManagerFactoryParameters parameters) {
                // There is nothing to be made of it.
            }

            @Override
            protected KeyManager[] engineGetKeyManagers() {
                return new KeyManager[] {manager};
            }
        };
        return new KeyManagerFactory(spi, NO_PROVIDER, "bookshelf") {};
    }

    static TrustManagerFactory of(TrustManager manager) {
        TrustManagerFactorySpi spi = new TrustManagerFactorySpi() {
            @Override
            protected void engineInit(@Nullable KeyStore store) {
                // There is nothing to be made of it.
            }

            @Override
            protected void engineInit(@Nullable ManagerFactoryParameters parameters) {
                // There is nothing to be made of it.
            }

            @Override
            protected TrustManager[] engineGetTrustManagers() {
                return new TrustManager[] {manager};
            }
        };
        return new TrustManagerFactory(spi, NO_PROVIDER, "bookshelf") {};
    }
}
