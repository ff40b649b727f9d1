package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.bookshelf.it.DocPage.Section;
import io.bookshelf.it.DocPage.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Every command that README.md, docs/*.md and the READMEs of the clients show is run, and prints what they show; see {@link DocPage}. */
@Order(2)
final class DocsIT {
    @RegisterExtension
    static final Units UNITS = Units.perClass();

    @TestFactory
    Stream<DynamicNode> printsWhatThePageShows() throws IOException {
        Path root = Stream.of(Path.of(".."), Path.of("."))
                .filter(folder -> Files.exists(folder.resolve("docs")))
                .findFirst()
                .orElseThrow();
        try (Stream<Path> docs = Files.list(root.resolve("docs"))) {
            List<Path> pages = new ArrayList<>(List.of(
                    root.resolve("README.md"),
                    root.resolve("clients/java/README.md"),
                    root.resolve("clients/examples/README.md")));
            docs.filter(file -> file.toString().endsWith(".md")).sorted().forEach(pages::add);
            String only = System.getProperty("bookshelf.docs", "");
            return pages.stream()
                    .filter(file -> file.toString().endsWith(only))
                    .map(file -> DocPage.read(root, file))
                    .map(page -> page(root, page))
                    .toList()
                    .stream();
        }
    }

    private static DynamicNode page(Path root, DocPage page) {
        page.notRun().forEach(where -> System.out.println("not run: " + where));
        return dynamicContainer(
                page.name(),
                page.sections().stream()
                        .map(section -> dynamicTest(section.title(), () -> run(root, page.name(), section))));
    }

    private static void run(Path root, String page, Section section) throws IOException {
        try (DocShell shell = new DocShell(root, UNITS.folder())) {
            for (Step step : section.steps()) {
                String where = page + ":" + step.line() + ": " + step.command();
                List<String> printed;
                try {
                    printed = shell.run(step);
                } catch (AssertionError e) {
                    throw new AssertionError(where + ": " + e.getMessage(), e);
                }
                List<String> shown = DocRules.plain(step.output());
                assertThat(DocRules.asShown(shown, printed)).as(where).isEqualTo(shown);
            }
        }
    }
}
