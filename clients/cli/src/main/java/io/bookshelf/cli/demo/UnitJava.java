package io.bookshelf.cli.demo;

import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command that starts this command line again, for a unit. */
final class UnitJava {
    /** The launcher says in it which options it starts a unit with. */
    private static final String OPTIONS = "BOOKSHELF_UNIT_OPTIONS";

    private static final String SQLITE = "org.sqlite.lib.";

    private UnitJava() {}

    /** This process's own Java and class path, with the options of a unit, or this process's own where nobody gave any. */
    static List<String> command() {
        List<String> command = new ArrayList<>();
        Path home = Path.of(System.getProperty("java.home"));
        command.add(ProcessHandle.current()
                .info()
                .command()
                .orElse(home.resolve("bin").resolve("java").toString()));
        String options = System.getenv(OPTIONS);
        if (options == null) {
            command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        } else {
            command.addAll(List.of(options.strip().split("\\s+")));
            for (String name : List.of(SQLITE + "path", SQLITE + "name")) {
                String value = System.getProperty(name);
                if (value != null) {
                    command.add("-D" + name + "=" + value);
                }
            }
        }
        String path = System.getProperty("java.class.path");
        if (path.endsWith(".jar") && !path.contains(File.pathSeparator)) {
            // Only so is the jar's permission to use native code heeded.
            command.addAll(List.of("-jar", path));
        } else {
            command.addAll(List.of("-cp", path, "io.bookshelf.cli.Main"));
        }
        return command;
    }
}
