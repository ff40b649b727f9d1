package io.bookshelf.node.pairing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bookshelf.node.pairing.PhoneSigner.Signed;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What stands under {@code bookshelf/phones/<id>}: who it is, and who paired it.
 *
 * @param paired when, as text
 * @param unit where
 * @param counts where its key counts: {@code network} (at each unit), {@code unit/<name>}, or {@code cloud}
 * @param signed by whom it was paired; empty texts where a former version wrote it, or somebody who has no certificate
 */
record PhoneEntry(PhoneKey key, String keyText, String name, String paired, String unit, String counts, Signed signed) {
    static final String NETWORK = "network";
    static final String UNIT = "unit/";

    /** Reads one; null if it is none. */
    static @Nullable PhoneEntry of(@Nullable Fields fields) {
        PhoneKey key = fields == null ? null : PhoneKey.read(fields.text("key"));
        String name = fields == null ? null : Phones.name(fields.text("name"));
        if (fields == null || key == null || name == null) {
            return null;
        }
        String counts = fields.text("counts");
        PhoneEntry entry = new PhoneEntry(
                key,
                fields.text("key"),
                fields.text("name"),
                fields.text("paired"),
                fields.text("unit"),
                counts.isEmpty() ? NETWORK : counts,
                new Signed(fields.text("certificate"), fields.text("signature")));
        return entry.text("").chars().filter(c -> c == '\n').count() == LINES ? entry : null;
    }

    private static final int LINES = 7;

    /** What is signed: a line for each field, none of which has a line break. */
    String text(String network) {
        return String.join("\n", "bookshelf-phone", network, key.id(), keyText, name, paired, unit, counts);
    }

    boolean isSigned() {
        return !signed.signature().isEmpty();
    }

    /** Does its key count at this unit? */
    boolean countsAt(String here) {
        return counts.equals(NETWORK) || counts.equals(UNIT + here);
    }

    /** Its value, signed anew. */
    byte[] signedBy(PhoneSigner signer, String network) {
        Signed by = signer.sign(text(network));
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("name", name);
        fields.put("key", keyText);
        fields.put("paired", paired);
        fields.put("unit", unit);
        fields.put("counts", counts);
        fields.put("certificate", by.certificate());
        fields.put("signature", by.signature());
        return Fields.write(fields).getBytes(UTF_8);
    }
}
