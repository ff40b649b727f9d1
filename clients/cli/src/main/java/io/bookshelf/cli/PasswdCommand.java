package io.bookshelf.cli;

import io.bookshelf.broker.access.PasswordFile;
import io.bookshelf.cli.config.ConfigException;
import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Sets or removes a password. */
@Command(
        name = "passwd",
        description = "Set a user's password in a password file; a running unit reads it again.",
        footer = {
            "",
            "Examples: bookshelf passwd users.txt anna",
            "          bookshelf passwd users.txt anna --stdin < secret.txt",
            "          bookshelf passwd users.txt anna --delete"
        },
        mixinStandardHelpOptions = true)
final class PasswdCommand implements Callable<Integer> {
    /** bcrypt takes no notice of what comes after. */
    private static final int LONGEST_PASSWORD_BYTES = 72;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "FILE", description = "The password file; made if absent.")
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private Path file;

    @Parameters(index = "1", paramLabel = "USER", description = "The user's name.")
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private String user;

    @Option(names = "--stdin", description = "Read the password from the first line of standard input.")
    private boolean stdin;

    @Option(names = "--delete", description = "Remove the user.")
    private boolean delete;

    @Override
    public Integer call() throws IOException {
        if (user.isBlank()
                || user.indexOf(':') >= 0
                || user.startsWith("#")
                || user.chars().anyMatch(Character::isISOControl)) {
            throw mistake("a user name has no colon and no control character, and does not begin with #");
        }
        if (delete) {
            if (!PasswordFile.remove(file, user)) {
                throw new ConfigException("there is no user " + user + " in " + file);
            }
            return 0;
        }
        char[] password = stdin ? readLine() : ask();
        try {
            check(password);
            PasswordFile.set(file, user, password);
        } finally {
            Arrays.fill(password, '\0');
        }
        return 0;
    }

    private void check(char[] password) {
        if (password.length == 0) {
            throw mistake("the password is empty: give at least one character");
        }
        if (new String(password).getBytes(StandardCharsets.UTF_8).length > LONGEST_PASSWORD_BYTES) {
            throw mistake("the password is longer than " + LONGEST_PASSWORD_BYTES + " bytes: choose a shorter one");
        }
    }

    private char[] readLine() throws IOException {
        String line = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
        return line == null ? new char[0] : line.toCharArray();
    }

    @SuppressWarnings("SystemConsoleNull") // it is null without a terminal where jdk.console says java.base
    private char[] ask() {
        Console console = System.console();
        if (console == null || !console.isTerminal()) {
            throw mistake("there is no terminal to ask for the password: give it on standard input with --stdin");
        }
        char[] first = read(console, "Password: ");
        char[] second = read(console, "Again: ");
        boolean same = Arrays.equals(first, second);
        Arrays.fill(second, '\0');
        if (!same) {
            throw mistake("the two passwords differ: try again");
        }
        return first;
    }

    private static char[] read(Console console, String prompt) {
        char @Nullable [] typed = console.readPassword(prompt);
        return typed == null ? new char[0] : typed;
    }

    private ParameterException mistake(String sentence) {
        return new ParameterException(spec.commandLine(), sentence);
    }
}
