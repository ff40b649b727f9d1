package io.bookshelf.cli.pki;

import io.bookshelf.cli.config.ConfigException;
import io.bookshelf.cli.config.HostPort;
import io.bookshelf.pki.AuthorityFolder;
import io.bookshelf.pki.Signer;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Renews certificates over the network until it is told to stop. */
@Command(
        name = "serve",
        description =
                "Renew certificates over the network for their holders, and hand out revocation lists, until SIGTERM.",
        footer = {"", "Example: bookshelf pki serve --dir authority --listen 0.0.0.0:8884"},
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ServeCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private AuthorityOption authority;

    @Option(
            names = "--listen",
            required = true,
            paramLabel = "HOST:PORT",
            description = "Where to listen; port 0 picks one.")
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private String listen;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private DaysOption days;

    @Override
    public Integer call() throws InterruptedException {
        // The JDK's server reads these once; without them silent clients would hold memory for ever.
        System.setProperty("sun.net.httpserver.maxReqTime", "20");
        System.setProperty("sun.net.httpserver.maxRspTime", "20");
        System.setProperty("jdk.httpserver.maxConnections", "256");
        AuthorityFolder folder = authority.open();
        Signer signer = Signer.start(folder, address(), days.days());
        // A JVM that a signal ends exits with 143; only halting inside the hook makes a clean stop exit with 0.
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("stop").unstarted(() -> {
            signer.close();
            Runtime.getRuntime().halt(0);
        }));
        PrintWriter out = spec.commandLine().getOut();
        out.println("ready network=" + folder.network() + " signer=" + HostPort.format(signer.address()));
        out.flush();
        new CountDownLatch(1).await();
        return 0;
    }

    private InetSocketAddress address() {
        try {
            return HostPort.parse(listen);
        } catch (ConfigException e) {
            throw new ParameterException(spec.commandLine(), "--listen " + e.getMessage());
        }
    }
}
