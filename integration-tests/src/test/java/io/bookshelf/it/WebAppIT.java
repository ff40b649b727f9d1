package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** The app in a real Chromium, against real units; the tests themselves are in {@code clients/web/test/browser}. */
@Order(1)
final class WebAppIT {
    @Test
    void theAppPassesItsTestsInARealBrowser() throws IOException, InterruptedException {
        Path web = Path.of("..", "clients", "web").toRealPath();
        Process tests = new ProcessBuilder(List.of("npm", "run", "--silent", "test:browser"))
                .directory(web.toFile())
                .redirectErrorStream(true)
                .start();
        tests.getOutputStream().close();
        String said = new String(tests.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(tests.waitFor()).as(said).isZero();
        assertThat(said).as("which tests ran").contains("Tests ").doesNotContain("skipped");
    }
}
