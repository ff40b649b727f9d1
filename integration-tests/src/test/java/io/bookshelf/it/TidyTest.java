package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A file or a method that has grown too long is usually two things. */
final class TidyTest {
    private static final int FILE_LINES = 400;
    private static final int METHOD_LINES = 50;

    private static List<Path> sources() throws IOException {
        Path root = Path.of("..").toRealPath();
        List<Path> sources = new ArrayList<>();
        for (String module :
                List.of("schema", "broker", "replicator", "clients/java", "clients/cli", "integration-tests")) {
            Path src = root.resolve(module).resolve("src");
            if (Files.isDirectory(src)) {
                try (Stream<Path> files = Files.walk(src)) {
                    files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
                }
            }
        }
        assertThat(sources).isNotEmpty();
        return sources;
    }

    /** The app's. */
    private static List<Path> scripts() throws IOException {
        List<Path> scripts = new ArrayList<>();
        for (String folder : List.of("src", "test")) {
            try (Stream<Path> files = Files.walk(Path.of("..", "clients", "web", folder))) {
                files.filter(file -> file.toString().matches(".*\\.(tsx?|css)")).forEach(scripts::add);
            }
        }
        assertThat(scripts).isNotEmpty();
        return scripts;
    }

    @Test
    void filesFitInTheHead() throws IOException {
        List<String> tooLong = new ArrayList<>();
        List<Path> all = new ArrayList<>(sources());
        all.addAll(scripts());
        for (Path source : all) {
            long lines = Files.readAllLines(source).size();
            if (lines > FILE_LINES) {
                tooLong.add(source.getFileName() + ": " + lines + " lines");
            }
        }
        assertThat(tooLong).as("files of more than %d lines", FILE_LINES).isEmpty();
    }

    @Test
    void methodsFitOnAScreen() throws IOException {
        List<String> tooLong = new ArrayList<>();
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task = (JavacTask) compiler.getTask(
                    null, files, null, List.of("-proc:none"), null, files.getJavaFileObjectsFromPaths(sources()));
            SourcePositions positions = Trees.instance(task).getSourcePositions();
            for (CompilationUnitTree unit : task.parse()) {
                new MethodLengths(unit, positions, tooLong).scan(unit, null);
            }
        }
        assertThat(tooLong).as("methods of more than %d lines", METHOD_LINES).isEmpty();
    }

    private static final class MethodLengths extends TreeScanner<@Nullable Void, @Nullable Void> {
        private final CompilationUnitTree unit;
        private final SourcePositions positions;
        private final List<String> tooLong;

        MethodLengths(CompilationUnitTree unit, SourcePositions positions, List<String> tooLong) {
            this.unit = unit;
            this.positions = positions;
            this.tooLong = tooLong;
        }

        @Override
        public @Nullable Void visitMethod(MethodTree method, @Nullable Void nothing) {
            LineMap lines = unit.getLineMap();
            long length = lines.getLineNumber(positions.getEndPosition(unit, method))
                    - lines.getLineNumber(positions.getStartPosition(unit, method))
                    + 1;
            if (length > METHOD_LINES) {
                String file =
                        Path.of(unit.getSourceFile().toUri()).getFileName().toString();
                tooLong.add(file + " " + method.getName() + ": " + length + " lines");
            }
            return super.visitMethod(method, nothing);
        }
    }
}
