package io.bookshelf.pki;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.helpers.MessageFormatter;

final class RefusalLogTest {
    private final List<String> lines = new ArrayList<>();
    private final RefusalLog log = new RefusalLog(recording());

    private Logger recording() {
        return (Logger) Proxy.newProxyInstance(
                Logger.class.getClassLoader(), new Class<?>[] {Logger.class}, (proxy, method, arguments) -> {
                    assertThat(method.getName()).isEqualTo("warn");
                    lines.add(MessageFormatter.basicArrayFormat(
                            (String) arguments[0], new Object[] {arguments[1], arguments[2]}));
                    return null;
                });
    }

    private void warn(String line, long seconds) {
        log.warn(line, TimeUnit.SECONDS.toNanos(seconds));
    }

    @Test
    void whatRepeatsItselfIsSaidOnceAMinuteWithACount() {
        warn("hall is refused", 1);
        warn("hall is refused", 2);
        warn("attic is refused", 3);
        warn("hall is refused", 60);
        warn("hall is refused", 61);
        assertThat(lines)
                .containsExactly(
                        "hall is refused",
                        "attic is refused",
                        "hall is refused (and 2 times more since it was last said)");
    }

    @Test
    void aFloodOfDifferentLinesIsNotRememberedForEver() {
        for (int i = 0; i < 10_000; i++) {
            warn("stranger " + i, 1);
        }
        warn("stranger 0", 2);
        assertThat(lines).hasSize(10_001);
    }
}
