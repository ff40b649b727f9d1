package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java library's documentation, by the JDK's own tool, which compares its examples with the code that they are. */
final class JavadocTest {
    private static final Path LIBRARY = Path.of("..", "clients", "java", "src");

    @Test
    void everyPublicTypeHasAnExampleWhichIsTheCodeThatTheTestsRun(@TempDir Path pages) throws IOException {
        assertThat(javadoc(pages)).isEmpty();
        List<Path> types = types(pages);
        assertThat(types).hasSizeGreaterThan(20).allSatisfy(page -> assertThat(description(page))
                .as("description of %s", page.getFileName())
                .contains("class=\"snippet\""));
    }

    /** What it complains about. */
    private static String javadoc(Path pages) {
        StringWriter said = new StringWriter();
        PrintWriter to = new PrintWriter(said);
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        ToolProvider.findFirst("javadoc")
                .orElseThrow()
                .run(
                        to,
                        to,
                        "-quiet",
                        "-Xdoclint:all,-missing",
                        "--snippet-path",
                        LIBRARY.resolve("examples/java").toString(),
                        "--source-path",
                        LIBRARY.resolve("main/java").toString(),
                        "-classpath",
                        classPath,
                        "-d",
                        pages.toString(),
                        "io.bookshelf.client",
                        "io.bookshelf.client.pattern");
        return said.toString();
    }

    /** One page a type; those that are nested in another, Outer.Inner, stand in its example. */
    private static List<Path> types(Path pages) throws IOException {
        try (Stream<Path> all = Files.walk(pages.resolve("io"))) {
            return all.filter(page -> page.getFileName().toString().matches("[A-Z]\\w*\\.html"))
                    .toList();
        }
    }

    private static String description(Path page) throws IOException {
        String html = Files.readString(page);
        int begin = html.indexOf("class=\"class-description\"");
        int end = html.indexOf("class=\"summary\"", begin);
        assertThat(begin).isPositive();
        return html.substring(begin, end < 0 ? html.length() : end);
    }
}
