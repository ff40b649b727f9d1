package io.bookshelf.cli.shelf;

import com.fasterxml.jackson.core.JsonGenerator;
import io.bookshelf.cli.json.Json;
import io.bookshelf.client.Bookshelf;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Command;

/** How a unit and its links are. */
@Command(
        name = "status",
        description = "Show how a unit is: its health, links, clock and disk.",
        footer = {
            "",
            "Example: bookshelf status --url mqtts://hall.home:8883 --pki anna",
            "Exit code 1: the unit is degraded, or no unit."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class StatusCommand extends ShelfCommand {
    private static final long MEBIBYTE = 1024 * 1024;

    @Override
    public Integer call() {
        UnitState state;
        try (Bookshelf shelf = connect()) {
            state = UnitState.of(shelf);
        }
        if (state.documents().isEmpty()) {
            err().println("bookshelf: what answers there is no Bookshelf unit, or shows this user nothing of itself");
            err().flush();
            return NO;
        }
        if (json()) {
            out().println(EntryJson.object(json -> documents(json, state)));
        } else {
            show(state);
        }
        out().flush();
        return state.text("health", "status").equals("ok") ? 0 : NO;
    }

    private static void documents(JsonGenerator json, UnitState state) throws IOException {
        for (String name : List.of("unit", "health", "clock")) {
            if (state.documents().containsKey("$bookshelf/" + name)) {
                json.writeFieldName(name);
                json.writeRawValue(state.raw("$bookshelf/" + name));
            }
        }
        json.writeObjectFieldStart("peers");
        for (String peer : state.peers().keySet()) {
            json.writeFieldName(peer);
            json.writeRawValue(state.raw("$bookshelf/peers/" + peer));
        }
        json.writeEndObject();
    }

    private void show(UnitState state) {
        Map<?, ?> listeners = Json.field(state.document("unit"), "listeners") instanceof Map<?, ?> map ? map : Map.of();
        line(
                "unit",
                screen.bold(state.text("unit", "name")) + ", version " + state.text("unit", "version") + ", since "
                        + state.text("unit", "started"));
        line(
                "listens",
                new TreeMap<>(listeners)
                        .entrySet().stream()
                                .map(each -> each.getKey() + " " + each.getValue())
                                .reduce((one, other) -> one + ", " + other)
                                .orElse("nowhere"));
        String status = state.text("health", "status");
        line("health", status.equals("ok") ? screen.good(status) : screen.bad(status) + problem(state));
        line("keys", state.text("health", "keys") + ", sequence " + state.text("health", "sequence"));
        line(
                "disk",
                disk(state.text("health", "diskBytes")) + ", last checked " + known(state.text("health", "lastCheck")));
        damage(state);
        line(
                "clock",
                state.text("clock", "time")
                        + (state.text("clock", "known").equals("true")
                                ? ", known by " + state.text("clock", "source")
                                : ", "
                                        + screen.bad(
                                                "not known: a time to live ends only as long as the unit runs where it was given")));
        if (Json.field(state.document("health"), "warnings") instanceof List<?> warnings) {
            warnings.forEach(each -> line("warning", screen.bad(String.valueOf(each))));
        }
        state.peers().forEach((name, peer) -> line("peer", PeersCommand.words(screen, name, peer)));
        if (state.peers().isEmpty()) {
            line("peer", "none: this unit is on its own");
        }
    }

    private void damage(UnitState state) {
        String damaged = state.text("health", "damagedRows");
        String missing = state.text("health", "missingRows");
        if (!damaged.equals("0") || !missing.equals("0")) {
            line("damage", screen.bad(damaged + " rows damaged, " + missing + " missing"));
        }
    }

    private static String problem(UnitState state) {
        String problem = state.text("health", "problem");
        return problem.isEmpty() ? "" : ": " + problem;
    }

    private static String known(String time) {
        return time.isEmpty() || time.equals("null") ? "not yet" : time;
    }

    private static String disk(String bytes) {
        try {
            long number = Long.parseLong(bytes);
            return number < MEBIBYTE ? number / 1024 + " KiB" : number / MEBIBYTE + " MiB";
        } catch (NumberFormatException e) {
            return bytes;
        }
    }

    private void line(String name, String value) {
        out().printf("%-9s %s%n", name, value);
    }
}
