package io.bookshelf.cli.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;

/** Results as JSON: latencies in microseconds. */
final class JsonReport {
    private JsonReport() {}

    static String of(List<Result> results) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text).useDefaultPrettyPrinter()) {
            json.writeStartObject();
            json.writeArrayFieldStart("results");
            for (Result result : results) {
                write(json, result);
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.append('\n').toString();
    }

    private static void write(JsonGenerator json, Result result) throws IOException {
        json.writeStartObject();
        json.writeStringField("scenario", result.scenario());
        json.writeStringField("setup", result.setup());
        json.writeArrayFieldStart("measures");
        for (Measure measure : result.measures()) {
            json.writeStartObject();
            json.writeStringField("name", measure.name());
            json.writeNumberField("value", measure.value());
            json.writeStringField("unit", measure.unit());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayFieldStart("latencies");
        for (Percentiles latency : result.latencies()) {
            json.writeStartObject();
            json.writeStringField("name", latency.name());
            json.writeNumberField("count", latency.count());
            json.writeNumberField("p50_us", latency.p50());
            json.writeNumberField("p90_us", latency.p90());
            json.writeNumberField("p99_us", latency.p99());
            json.writeNumberField("max_us", latency.max());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayFieldStart("problems");
        for (String problem : result.problems()) {
            json.writeString(problem);
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
