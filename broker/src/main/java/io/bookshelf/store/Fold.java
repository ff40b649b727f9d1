package io.bookshelf.store;

import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A step of folding the log into the entry table, as part of one transaction of the writer's: made before its commit, and
 * settled after.
 */
final class Fold {
    private final Recent recent;
    private final List<Recent.Item> slice;
    private final boolean last;
    private final long deletedLogId;

    private Fold(Recent recent, List<Recent.Item> slice, boolean last, long deletedLogId) {
        this.recent = recent;
        this.slice = slice;
        this.last = last;
        this.deletedLogId = deletedLogId;
    }

    /**
     * Deletes rows of the log that are in the table, and brings the next slice there, or all that is left where new entries
     * have filled their bound again already.
     *
     * @param entries about how many entries to fold, 0 for none
     * @param bytes about how many bytes of them
     * @param logRows how many rows of the log to delete
     */
    static Fold step(Writer writer, Recent recent, int entries, long bytes, long logRows, Ledger.Delta delta)
            throws SQLException {
        long deletable = recent.deletableLogId(logRows);
        if (deletable > 0) {
            writer.deleteLog(deletable);
        }
        if (entries == 0 || recent.view().folding() == null) {
            return new Fold(recent, List.of(), false, deletable);
        }
        boolean hurry = recent.isFull();
        List<Recent.Item> slice = recent.slice(hurry ? Integer.MAX_VALUE : entries, hurry ? Long.MAX_VALUE : bytes);
        for (Recent.Item item : slice) {
            write(writer, item, recent.fileRowUnder(item), delta);
        }
        boolean last = recent.isLast(slice);
        // From then on rows may be deleted that alone may say where the store stands.
        writer.owesHead |= last;
        return new Fold(recent, slice, last, deletable);
    }

    /**
     * Brings one entry into the table.
     *
     * @param known what the table has under its key, null where that is not known
     */
    static void write(Writer writer, Recent.Item item, Recent.@Nullable FileRow known, Ledger.Delta delta)
            throws SQLException {
        Recent.FileRow before = known;
        if (before == null) {
            EntryTable.Row row = writer.read(item.entry().key());
            before = row == null ? Recent.FileRow.NONE : new Recent.FileRow(true, row.entry() != null, row.checksum());
        }
        if (before.present()) {
            delta.repairs += before.whole() ? 0 : 1;
            delta.sum -= before.checksum();
        } else {
            delta.rows++;
        }
        delta.sum += writer.write(item.entry(), before.present());
    }

    /** The transaction is committed. */
    void committed() {
        if (deletedLogId > 0) {
            recent.deletedLog(deletedLogId);
        }
        recent.folded(slice, last);
    }
}
