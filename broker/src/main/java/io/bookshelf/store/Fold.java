package io.bookshelf.store;

import java.sql.SQLException;
import java.util.List;

/**
 * A step of folding the log into the entry table, as part of one transaction of the writer's: made before its commit, and
 * settled after.
 */
final class Fold {
    // A slice of large values ends here.
    private static final long SLICE_BYTES = 512 * 1024;

    private final Writer writer;
    private final Recent recent;
    private final List<Recent.Item> slice;
    private final boolean last;

    private Fold(Writer writer, Recent recent, List<Recent.Item> slice, boolean last) {
        this.writer = writer;
        this.recent = recent;
        this.slice = slice;
        this.last = last;
    }

    /** Folds the next slice, or all that is left where new entries have filled their bound again already. */
    static Fold step(Writer writer, Recent recent, int entries, Ledger.Delta delta) throws SQLException {
        boolean hurry = recent.isFull();
        List<Recent.Item> slice =
                recent.slice(hurry ? Integer.MAX_VALUE : entries, hurry ? Long.MAX_VALUE : SLICE_BYTES);
        Fold fold = new Fold(writer, recent, slice, recent.isLast(slice));
        for (Recent.Item item : slice) {
            write(writer, item, delta);
        }
        if (fold.last) {
            writer.deleteLog(recent.foldingLogId());
        }
        return fold;
    }

    private static void write(Writer writer, Recent.Item item, Ledger.Delta delta) throws SQLException {
        Recent.FileRow before = item.file();
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
        for (Recent.Item item : slice) {
            writer.cache.put(new RowCache.Stored(item.entry(), item.checksum()));
        }
        recent.folded(slice, last);
    }
}
