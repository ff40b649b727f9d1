package io.bookshelf.cli.shelf;

import io.bookshelf.client.Bookshelf;
import io.bookshelf.client.ConnectOptions;
import io.bookshelf.client.Entry;
import io.bookshelf.client.Snapshot;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What the commands that speak to a unit have in common. */
abstract class ShelfCommand implements Callable<Integer> {
    /** The unit has none, or says no: an answer, and no mistake. */
    static final int NO = 1;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private CommandSpec spec;

    @Mixin
    private final Connection connection = new Connection();

    @Option(names = "--config", paramLabel = "FILE", description = "Settings (default: as for run).")
    private @Nullable Path config;

    @Option(names = "--json", description = "Print JSON, one document a line.")
    private boolean json;

    final Screen screen = Screen.ofThisProcess();

    final Bookshelf connect() {
        return options().connect();
    }

    final ConnectOptions options() {
        return connection.options(config);
    }

    final boolean json() {
        return json;
    }

    final PrintWriter out() {
        return spec.commandLine().getOut();
    }

    final PrintWriter err() {
        return spec.commandLine().getErr();
    }

    final ParameterException mistake(String sentence) {
        return new ParameterException(spec.commandLine(), sentence);
    }

    /** What the unit calls a secret; what cannot be read says that nothing is. */
    final Masking masking(Bookshelf shelf, boolean reveal) {
        return reveal ? Masking.NONE : Masking.of(shelf.list(Masking.FILTER));
    }

    /** How long ago, for people; empty where it is not known. */
    static String age(Entry entry, Instant now) {
        return entry.age(now).map(TimeSpan::words).orElse("");
    }

    /**
     * Reads what is under a prefix, entry by entry, and writes out what was printed of it.
     *
     * @param print takes an entry, and what the unit calls a secret
     */
    final void read(Prefix prefix, boolean reveal, BiConsumer<Entry, Masking> print) {
        try {
            if (reveal || prefix.isOfTheUnit()) {
                Snapshot.read(options(), prefix.filters(), entry -> print.accept(entry, Masking.NONE));
            } else {
                readMasked(prefix, print);
            }
        } catch (IllegalArgumentException e) {
            throw mistake(String.valueOf(e.getMessage()));
        } finally {
            out().flush();
        }
    }

    /** The snapshots of one SUBSCRIBE come in the order of its filters: the catalogue is known before the first entry. */
    private void readMasked(Prefix prefix, BiConsumer<Entry, Masking> print) {
        List<String> filters = new ArrayList<>(List.of(Masking.FILTER));
        filters.addAll(prefix.filters());
        AtomicReference<Masking> masking = new AtomicReference<>(Masking.NONE);
        Snapshot.read(options(), filters, entry -> {
            if (Masking.isDocument(entry)) {
                masking.getAndUpdate(known -> known.with(entry));
            } else {
                print.accept(entry, masking.get());
            }
        });
    }
}
