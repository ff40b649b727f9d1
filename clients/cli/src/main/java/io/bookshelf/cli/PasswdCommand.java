package io.bookshelf.cli;
import picocli.CommandLine.Command;
@Command(name = "passwd")
final class PasswdCommand implements Runnable { @Override public void run() {} }
