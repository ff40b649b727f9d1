package io.bookshelf.node.pairing;

import io.bookshelf.broker.peer.RefusalLog;
import io.bookshelf.catalogue.SystemKeys;
import io.bookshelf.schema.Entry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The phones that the network's state says are paired, by id. One thread changes them; any may ask.
 */
final class Phones {
    /** Under which they are kept. */
    static final String PREFIX = SystemKeys.PHONES;

    /** More are not looked at. */
    private static final int MOST = 4_096;

    private static final int LONGEST_NAME = 64;

    private final Map<String, PhoneKey> byId = new ConcurrentHashMap<>();
    private final String network;
    private final String unit;
    private final PhoneSigner signer;
    private final RevokedPhones revoked;
    private final RefusalLog log;
    private final Runnable onGone;

    /** @param onGone called when a phone is paired no more */
    Phones(String network, String unit, PhoneSigner signer, RevokedPhones revoked, RefusalLog log, Runnable onGone) {
        this.network = network;
        this.unit = unit;
        this.signer = signer;
        this.revoked = revoked;
        this.log = log;
        this.onGone = onGone;
    }

    @Nullable
    PhoneKey get(String id) {
        return byId.get(id);
    }

    /** The name in a request or an entry, fit to be kept and shown; null if it is not. */
    static @Nullable String name(String text) {
        String name = text.strip();
        boolean fits = !name.isEmpty()
                && name.codePointCount(0, name.length()) <= LONGEST_NAME
                && name.codePoints().noneMatch(Phones::breaksALine);
        return fits ? name : null;
    }

    private static boolean breaksALine(int c) {
        int kind = Character.getType(c);
        return Character.isISOControl(c)
                || kind == Character.LINE_SEPARATOR
                || kind == Character.PARAGRAPH_SEPARATOR
                || kind == Character.SURROGATE;
    }

    /** An entry below the prefix as it is now. */
    void apply(Entry entry) {
        String id = entry.key().name().substring(PREFIX.length());
        Fields fields = entry.deleted() ? null : Fields.read(entry.value());
        if (!PhoneKey.isId(id)) {
            return;
        }
        if (fields != null && fields.text("revoked").equals("true")) {
            end(id, false);
        } else if (revoked.contains(id)) {
            byId.remove(id);
            revoked.publishAgain(id);
        } else if (entry.deleted()) {
            if (byId.containsKey(id)) {
                end(id, true);
            }
        } else {
            String mistake = mistake(id, entry, fields);
            if (!mistake.isEmpty()) {
                log.say(entry.key().name() + " is ignored: " + mistake);
                if (byId.remove(id) != null) {
                    onGone.run();
                }
            }
        }
    }

    /** It is revoked, for good. */
    private void end(String id, boolean publish) {
        boolean wasPaired = byId.remove(id) != null;
        revoked.add(id, wasPaired, publish);
        if (wasPaired) {
            onGone.run();
        }
    }

    /** Was this phone ever revoked? */
    boolean wasRevoked(String id) {
        return revoked.contains(id);
    }

    /** Takes the phone up, or says what is wrong with its entry. */
    private String mistake(String id, Entry entry, @Nullable Fields fields) {
        if (entry.expiresAt() != 0) {
            return "a phone is revoked by {\"revoked\":true}, not by a time to live";
        }
        PhoneEntry phone = PhoneEntry.of(fields);
        if (phone == null) {
            return "it is not the JSON of a paired phone";
        }
        if (!phone.key().id().equals(id)) {
            return "its key is another one's, " + phone.key().id();
        }
        if (byId.size() >= MOST && !byId.containsKey(id)) {
            return MOST + " phones are paired, and no more are looked at: delete some";
        }
        if (!phone.isSigned() || !signer.isGood(phone.text(network), phone.signed())) {
            return "no unit or owner of the network has signed it whose certificate counts";
        }
        if (!phone.countsAt(unit)) {
            return "its key counts elsewhere";
        }
        byId.put(id, phone.key());
        return "";
    }
}
