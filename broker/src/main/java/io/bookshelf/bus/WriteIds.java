package io.bookshelf.bus;

import io.bookshelf.schema.Version;
import io.bookshelf.store.StateStore;
import io.bookshelf.store.StoreException;
import io.bookshelf.store.StoreReader;
import io.bookshelf.store.WriteTransaction;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The answers that writes with an id got, so that a repeat gets the same one and writes nothing. They are on the heap, and in
 * kept rows {@code write/<number>}: one row for the ids of one transaction, written in it.
 *
 * <p>An id is remembered for an hour of the unit's uptime (after a restart the hour begins anew); of one owner the newest
 * {@value #MOST_OF_ONE} are, of all {@value #MOST}. Rows of which nothing is remembered any more are deleted by a later
 * transaction; where most of what is stored is of no use any more, what is left is written into one row.
 *
 * <p>Belongs to the writer's thread.
 */
final class WriteIds {
    /** Rows of the answers are kept under names with this prefix. */
    static final String PREFIX = "write/";

    static final int MOST_OF_ONE = 1_024;
    static final int MOST = 8_192;

    private static final Logger log = LoggerFactory.getLogger(WriteIds.class);
    private static final long LIFE_NANOS = TimeUnit.HOURS.toNanos(1);
    private static final int SPARE = 2 * MOST_OF_ONE;
    private static final int BYTES_OF_ONE = 16 + 1 + WriteId.LONGEST + 8 + 1 + 16;
    private static final byte FORMAT = 1;
    private static final byte STORED = 0;
    private static final byte KEY_EXISTED = 1;

    /**
     * What a write was answered.
     *
     * @param digest of what was to be written: another write under the same id is a mistake
     * @param version the version that it got, null if the key existed
     */
    record Answer(long digest, @Nullable Version version) {}

    private static final class Row {
        final String name;
        final int stored;
        int remembered;

        Row(String name, int stored) {
            this.name = name;
            this.stored = stored;
        }
    }

    private static final class Remembered {
        final Answer answer;
        final long nanos;
        Row row;

        Remembered(Answer answer, long nanos, Row row) {
            this.answer = answer;
            this.nanos = nanos;
            this.row = row;
        }
    }

    // The oldest comes first, here and for each owner.
    private final Map<WriteId, Remembered> all = new LinkedHashMap<>();
    private final Map<WriteId.Owner, ArrayDeque<WriteId>> owners = new HashMap<>();
    private final List<Row> useless = new ArrayList<>();
    private long stored;
    private long lastRow;

    /** Takes up what a store has. */
    WriteIds(StateStore store, long nanos) {
        try (StoreReader reader = store.openReader()) {
            reader.kept(PREFIX).forEach((name, body) -> restore(name, body, nanos));
        } catch (StoreException e) {
            log.warn(
                    "the ids of recent writes could not be read, so repeats of them are new writes: {}",
                    e.getMessage());
        }
    }

    private void restore(String name, byte[] body, long nanos) {
        Map<WriteId, Answer> answers = new LinkedHashMap<>();
        try {
            lastRow = Math.max(lastRow, HexFormat.fromHexDigitsToLong(name.substring(PREFIX.length())));
            decode(ByteBuffer.wrap(body), answers);
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            log.warn("the kept row {} is not understood, so repeats of its writes are new writes", name);
        }
        add(new Row(name, answers.size()), answers, nanos);
    }

    /** What identifies a write besides its id. */
    static long digest(Write write) {
        return (long) crc(write.key().utf8()) << 32 | Integer.toUnsignedLong(crc(write.value()));
    }

    private static int crc(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    /** The ids of one transaction: they count once it is committed. */
    final class Pending {
        private final Map<WriteId, Answer> answers = new LinkedHashMap<>();
        private final List<Row> dropped = new ArrayList<>();
        private @Nullable Row row;
        private @Nullable Row compacted;

        /** The answer that a write of this id got, in this transaction or an earlier one; null if there was none. */
        @Nullable
        Answer find(WriteId id) {
            Remembered known = all.get(id);
            return known == null ? answers.get(id) : known.answer;
        }

        void add(WriteId id, Answer answer) {
            answers.put(id, answer);
        }

        /**
         * Writes what is to be remembered, and deletes what is of no use any more.
         *
         * @param roomy false on a full disk: then nothing is written anew
         */
        void write(WriteTransaction transaction, boolean roomy) {
            for (Row each : useless) {
                transaction.keep(each.name, null);
                dropped.add(each);
            }
            long number = lastRow;
            long useful =
                    stored - dropped.stream().mapToLong(each -> each.stored).sum();
            if (roomy && useful > 2L * all.size() + SPARE) {
                Map<WriteId, Answer> left = new LinkedHashMap<>();
                all.values().stream().map(each -> each.row).distinct().forEach(each -> {
                    transaction.keep(each.name, null);
                    dropped.add(each);
                });
                all.forEach((id, each) -> left.put(id, each.answer));
                compacted = keep(transaction, ++number, left);
            }
            if (!answers.isEmpty()) {
                row = keep(transaction, ++number, answers);
            }
        }

        private static Row keep(WriteTransaction transaction, long number, Map<WriteId, Answer> answers) {
            Row row = new Row(PREFIX + HexFormat.of().toHexDigits(number), answers.size());
            transaction.keep(row.name, encode(answers));
            return row;
        }

        /** It is committed. */
        void committed(long nanos) {
            useless.clear();
            dropped.forEach(each -> stored -= each.stored);
            Row whole = compacted;
            if (whole != null) {
                lastRow++;
                stored += whole.stored;
                whole.remembered = all.size();
                all.values().forEach(each -> each.row = whole);
                if (all.isEmpty()) {
                    useless.add(whole);
                }
            }
            if (row != null) {
                lastRow++;
                WriteIds.this.add(row, answers, nanos);
            }
        }
    }

    private void add(Row row, Map<WriteId, Answer> answers, long nanos) {
        stored += row.stored;
        answers.forEach((id, answer) -> {
            ArrayDeque<WriteId> own = owners.computeIfAbsent(id.owner(), owner -> new ArrayDeque<>());
            if (all.putIfAbsent(id, new Remembered(answer, nanos, row)) == null) {
                row.remembered++;
                own.add(id);
            }
            if (own.size() > MOST_OF_ONE) {
                forget(own.getFirst());
            } else if (all.size() > MOST) {
                forget(all.keySet().iterator().next());
            }
        });
        if (row.remembered == 0) {
            useless.add(row);
        }
    }

    /** Forgets the oldest id of its owner. */
    private void forget(WriteId id) {
        Remembered gone = all.remove(id);
        ArrayDeque<WriteId> own = owners.get(id.owner());
        if (gone == null || own == null) {
            return;
        }
        own.removeFirst();
        if (own.isEmpty()) {
            owners.remove(id.owner());
        }
        if (--gone.row.remembered == 0) {
            useless.add(gone.row);
        }
    }

    /** Forgets what is older than an hour; true if rows wait to be deleted. */
    boolean forgetOld(long nanos) {
        Iterator<Map.Entry<WriteId, Remembered>> oldest = all.entrySet().iterator();
        List<WriteId> old = new ArrayList<>();
        while (oldest.hasNext()) {
            Map.Entry<WriteId, Remembered> each = oldest.next();
            if (nanos - each.getValue().nanos <= LIFE_NANOS) {
                break;
            }
            old.add(each.getKey());
        }
        old.forEach(this::forget);
        return !useless.isEmpty();
    }

    int size() {
        return all.size();
    }

    private static byte[] encode(Map<WriteId, Answer> answers) {
        ByteBuffer out = ByteBuffer.allocate(1 + answers.size() * BYTES_OF_ONE).put(FORMAT);
        answers.forEach((id, answer) -> {
            out.putLong(id.owner().high()).putLong(id.owner().low());
            byte[] text = id.id().getBytes(StandardCharsets.US_ASCII);
            out.put((byte) text.length).put(text).putLong(answer.digest);
            Version version = answer.version;
            if (version == null) {
                out.put(KEY_EXISTED);
            } else {
                out.put(STORED).putLong(version.stamp()).putLong(version.replica());
            }
        });
        byte[] bytes = new byte[out.flip().remaining()];
        out.get(bytes);
        return bytes;
    }

    private static void decode(ByteBuffer in, Map<WriteId, Answer> answers) {
        if (in.get() != FORMAT) {
            throw new IllegalArgumentException("another format");
        }
        while (in.hasRemaining()) {
            WriteId.Owner owner = new WriteId.Owner(in.getLong(), in.getLong());
            byte[] text = new byte[Byte.toUnsignedInt(in.get())];
            in.get(text);
            long digest = in.getLong();
            Version version = in.get() == STORED ? new Version(in.getLong(), in.getLong()) : null;
            answers.put(new WriteId(owner, new String(text, StandardCharsets.US_ASCII)), new Answer(digest, version));
        }
    }
}
