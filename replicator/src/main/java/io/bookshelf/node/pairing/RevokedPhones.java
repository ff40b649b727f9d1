package io.bookshelf.node.pairing;

import io.bookshelf.bus.Submission;
import io.bookshelf.bus.Write;
import io.bookshelf.catalogue.SystemKeys;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.ValueProperties;
import io.bookshelf.store.StoreReader;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The phones that were ever revoked, as far as this unit knows: in rows of its own, so that no write takes it back. One thread
 * changes it.
 */
final class RevokedPhones {
    private static final String ROW = "revoked-phone/";

    /** More that were never seen paired are not remembered: anybody who may revoke can make up ids. */
    private static final int MOST_UNSEEN = 4_096;

    private final Set<String> ids = ConcurrentHashMap.newKeySet();
    private final Consumer<Submission> bus;
    private int unseen;

    /** Keeps the row, and puts the entry right where that is wanted. */
    private record Revocation(@Nullable Write write, Map<String, byte[]> kept) implements Submission {
        @Override
        public int weight() {
            return 256;
        }
    }

    RevokedPhones(Consumer<Submission> bus) {
        this.bus = bus;
    }

    void load(StoreReader reader) {
        reader.kept(ROW).forEach((row, seen) -> {
            ids.add(row.substring(ROW.length()));
            unseen += seen[0] == 0 ? 1 : 0;
        });
    }

    boolean contains(String id) {
        return ids.contains(id);
    }

    /** Remembers that a phone was revoked. @param wasPaired whether it was paired here until then */
    void add(String id, boolean wasPaired, boolean publish) {
        boolean fits = wasPaired || unseen < MOST_UNSEEN;
        if (!ids.contains(id) && fits) {
            ids.add(id);
            unseen += wasPaired ? 0 : 1;
            bus.accept(new Revocation(
                    publish ? write(id) : null, Map.of(ROW + id, new byte[] {(byte) (wasPaired ? 1 : 0)})));
        }
    }

    /** Something else has come to stand where a revocation stood. */
    void publishAgain(String id) {
        bus.accept(new Revocation(write(id), Map.of()));
    }

    private static Write write(String id) {
        return new Write(Key.of(SystemKeys.PHONES + id), SystemKeys.revocation(), 1, ValueProperties.NONE, 0);
    }
}
