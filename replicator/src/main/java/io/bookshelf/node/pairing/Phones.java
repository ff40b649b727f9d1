package io.bookshelf.node.pairing;

import io.bookshelf.broker.peer.RefusalLog;
import io.bookshelf.schema.Entry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The phones that the network's state says are paired, by id. One thread changes them; any may ask.
 */
final class Phones {
    /** Under which they are kept. */
    static final String PREFIX = "bookshelf/phones/";

    /** More are not looked at. */
    private static final int MOST = 4_096;

    private static final int LONGEST_NAME = 64;

    private final Map<String, PhoneKey> byId = new ConcurrentHashMap<>();
    private final RefusalLog log;
    private final Runnable onGone;

    /** @param onGone called when a phone is paired no more */
    Phones(RefusalLog log, Runnable onGone) {
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
        String mistake = entry.deleted() ? "" : mistake(id, entry);
        if (entry.deleted() || !mistake.isEmpty()) {
            if (!mistake.isEmpty()) {
                log.say(entry.key().name().replaceAll("\\p{C}", "?") + " is ignored: " + mistake);
            }
            if (byId.remove(id) != null) {
                onGone.run();
            }
        }
    }

    /** Takes the phone up, or says what is wrong with its entry. */
    private String mistake(String id, Entry entry) {
        if (entry.expiresAt() != 0) {
            return "a phone is revoked by a delete, not by a time to live";
        }
        Fields fields = Fields.read(entry.value());
        PhoneKey key = fields == null ? null : PhoneKey.read(fields.text("key"));
        if (fields == null || key == null || name(fields.text("name")) == null) {
            return "it is not the JSON of a paired phone";
        }
        if (!key.id().equals(id)) {
            return "its key is another one's, " + key.id();
        }
        if (byId.size() >= MOST && !byId.containsKey(id)) {
            return MOST + " phones are paired, and no more are looked at: delete some";
        }
        byId.put(id, key);
        return "";
    }
}
