package io.bookshelf.cli.file;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.bookshelf.store.StoreExamination;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;

/** What is said of a store file, to people and to programs. */
final class Words {
    private Words() {}

    interface Body {
        void write(JsonGenerator json) throws IOException;
    }

    static String json(Body body) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            body.write(json);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return text.toString();
    }

    static void fields(JsonGenerator json, StoreExamination store) throws IOException {
        json.writeNumberField("keys", store.keys());
        json.writeNumberField("bytes", store.bytes());
        json.writeNumberField("damagedRows", store.damagedRows());
        json.writeNumberField("missingRows", store.missingRows());
    }

    /** The size and what is wrong, as the rest of a sentence. */
    static String of(StoreExamination store) {
        if (store.kind() == StoreExamination.Kind.READABLE) {
            return "of an earlier format, in " + store.bytes() + " bytes";
        }
        String all = store.keys() + " keys in " + store.bytes() + " bytes";
        return store.isSound()
                ? all + ", each row verified"
                : all + "; " + store.damagedRows() + " rows are damaged and " + store.missingRows()
                        + " missing, as in the store itself";
    }
}
