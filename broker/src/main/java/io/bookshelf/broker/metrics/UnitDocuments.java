package io.bookshelf.broker.metrics;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.bookshelf.catalogue.KeyDescription;
import io.bookshelf.schema.Scope;
import io.bookshelf.store.Head;
import io.bookshelf.store.StoreHealth;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * The JSON of {@code $bookshelf/unit}, {@code $bookshelf/health} (which {@code /healthz} answers too),
 * {@code $bookshelf/clock} and {@code $bookshelf/catalogue/…}. Times are milliseconds since the epoch and, for people, ISO 8601 in UTC.
 */
public final class UnitDocuments {
    /** MQTT's versions, as people call them. */
    public static final List<String> PROTOCOLS = List.of("3.1", "3.1.1", "5.0");

    private final JsonFactory json = new JsonFactory();

    /**
     * What a unit is.
     *
     * @param name the unit's name
     * @param network the network that it is of, empty for none
     * @param replica its author id in this epoch
     * @param version Bookshelf's version
     * @param startMillis when it started
     * @param listeners where it listens: {@code mqtt}, {@code web} with {@code host:port}
     * @param limits bounds on what clients may do, by name
     */
    public record Unit(
            String name,
            String network,
            long replica,
            String version,
            long startMillis,
            Map<String, String> listeners,
            Map<String, Long> limits) {}

    /**
     * The time as the unit has it.
     *
     * @param millis the wall clock
     * @param known false while nobody vouches for it, and nothing expires
     * @param source who vouches, such as {@code kernel}; empty for nobody
     * @param hybridLast the last stamp of the hybrid clock
     */
    public record Clock(long millis, boolean known, String source, long hybridLast) {}

    /** {@code $bookshelf/unit}: listeners and limits in the order of their maps. */
    public String unit(Unit unit) {
        return document(out -> {
            out.writeStringField("name", unit.name);
            if (!unit.network.isEmpty()) {
                out.writeStringField("network", unit.network);
            }
            out.writeStringField("replica", hex(unit.replica));
            out.writeStringField("version", unit.version);
            out.writeStringField("started", iso(unit.startMillis));
            out.writeArrayFieldStart("protocols");
            for (String protocol : PROTOCOLS) {
                out.writeString(protocol);
            }
            out.writeEndArray();
            out.writeObjectFieldStart("listeners");
            for (Map.Entry<String, String> listener : unit.listeners.entrySet()) {
                out.writeStringField(listener.getKey(), listener.getValue());
            }
            out.writeEndObject();
            out.writeObjectFieldStart("limits");
            for (Map.Entry<String, Long> limit : unit.limits.entrySet()) {
                out.writeNumberField(limit.getKey(), limit.getValue());
            }
            out.writeEndObject();
        });
    }

    /**
     * {@code $bookshelf/health}. The status is {@code degraded} while the unit refuses writes, or knows of rows that are
     * damaged or gone.
     *
     * @param others what else is not as it should be, as sentences
     * @param lastAgreed with whom this unit last held the same, and when, in milliseconds since the epoch
     */
    public String health(StoreHealth health, Head head, List<String> others, Map<String, Long> lastAgreed) {
        boolean degraded = !health.writable() || health.damagedRows() > 0 || health.missingRows() > 0;
        return document(out -> {
            out.writeStringField("status", degraded ? "degraded" : "ok");
            out.writeBooleanField("writable", health.writable());
            out.writeStringField("problem", health.problem());
            out.writeNumberField("damagedRows", health.damagedRows());
            out.writeNumberField("missingRows", health.missingRows());
            out.writeNumberField("salvagedRows", health.salvagedRows());
            out.writeArrayFieldStart("filesSetAside");
            for (String file : health.filesSetAside()) {
                out.writeString(file);
            }
            out.writeEndArray();
            if (health.lastCheckMillis() == 0) {
                out.writeNullField("lastCheck");
            } else {
                out.writeStringField("lastCheck", iso(health.lastCheckMillis()));
            }
            out.writeNumberField("diskBytes", health.fileBytes());
            out.writeNumberField("keys", head.keys());
            out.writeNumberField("sequence", head.sequence());
            out.writeArrayFieldStart("warnings");
            for (String other : others) {
                out.writeString(other);
            }
            out.writeEndArray();
            out.writeObjectFieldStart("lastInSync");
            for (Map.Entry<String, Long> peer : lastAgreed.entrySet()) {
                out.writeStringField(peer.getKey(), iso(peer.getValue()));
            }
            out.writeEndObject();
        });
    }

    /** {@code $bookshelf/clock}. */
    public String clock(Clock clock) {
        return document(out -> {
            out.writeNumberField("millis", clock.millis);
            out.writeStringField("time", iso(clock.millis));
            out.writeBooleanField("known", clock.known);
            out.writeStringField("source", clock.source);
            out.writeStringField("hybrid", hex(clock.hybridLast));
        });
    }

    /** {@code $bookshelf/catalogue/<pattern>}: what there is to say of the keys of a pattern. */
    public String description(KeyDescription description) {
        return document(out -> {
            out.writeStringField("pattern", description.pattern().text());
            out.writeStringField("says", description.says());
            out.writeStringField("type", description.type().word());
            out.writeStringField("owner", description.owner());
            out.writeStringField("scope", word(description.scope()));
            out.writeStringField("sensitivity", description.sensitivity().word());
            out.writeStringField("example", description.example());
        });
    }

    private static String word(Scope scope) {
        return switch (scope) {
            case UNIT -> "unit";
            case NETWORK -> "units";
            case EVERYWHERE -> "everywhere";
        };
    }

    private interface Body {
        void write(JsonGenerator out) throws IOException;
    }

    private String document(Body body) {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = json.createGenerator(text)) {
            out.writeStartObject();
            body.write(out);
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return text.toString();
    }

    private static String iso(long millis) {
        return Instant.ofEpochMilli(millis).toString();
    }

    private static String hex(long value) {
        return HexFormat.of().toHexDigits(value);
    }
}
