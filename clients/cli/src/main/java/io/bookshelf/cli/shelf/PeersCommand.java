package io.bookshelf.cli.shelf;

import io.bookshelf.cli.json.Json;
import io.bookshelf.client.Bookshelf;
import picocli.CommandLine.Command;

/** How a unit stands with the others. */
@Command(
        name = "peers",
        description = "Show how a unit stands with each other unit of its network.",
        footer = {"", "Example: bookshelf peers", "Exit code 1: a unit is not in sync."},
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class PeersCommand extends ShelfCommand {
    @Override
    public Integer call() {
        UnitState state;
        try (Bookshelf shelf = connect()) {
            state = UnitState.of(shelf);
        }
        boolean all = true;
        for (var peer : state.peers().entrySet()) {
            all &= Json.text(peer.getValue(), "state").equals("in sync");
            if (json()) {
                out().println(EntryJson.object(json -> {
                    json.writeStringField("peer", peer.getKey());
                    json.writeFieldName("state");
                    json.writeRawValue(state.raw("$bookshelf/peers/" + peer.getKey()));
                }));
            } else {
                out().println(words(screen, peer.getKey(), peer.getValue()));
            }
        }
        if (state.peers().isEmpty() && !json()) {
            out().println("no other units are listed: this one is on its own");
        }
        out().flush();
        return all ? 0 : NO;
    }

    /** One peer on one line. */
    static String words(Screen screen, String name, Object peer) {
        String state = Json.text(peer, "state");
        String shown = state.equals("in sync") ? screen.good(state) : screen.bad(state);
        String line = String.format("%-16s %s since %s", name, shown, Json.text(peer, "since"));
        if (state.equals("unreachable")) {
            line += ", last in sync " + last(peer);
        } else {
            line += ", " + Json.text(peer, "roundTripMillis") + " ms, " + Json.text(peer, "behind") + " behind";
        }
        String problem = Json.text(peer, "problem");
        return problem.isEmpty() || problem.equals("null") ? line : line + " (" + problem + ")";
    }

    private static String last(Object peer) {
        String last = Json.text(peer, "lastInSync");
        return last.isEmpty() || last.equals("null") ? "never" : last;
    }
}
