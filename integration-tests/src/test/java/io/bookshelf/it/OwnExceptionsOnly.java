package io.bookshelf.it;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Whoever waits fails by what is waited for, not by what a thread of another class throws meanwhile, which runs beside it:
 * for all tests, by way of {@code META-INF/services}.
 */
public final class OwnExceptionsOnly implements BeforeAllCallback {
    static {
        Awaitility.doNotCatchUncaughtExceptionsByDefault();
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        // Being loaded is all.
    }
}
