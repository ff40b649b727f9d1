package io.bookshelf.store;

import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A step of folding the log into the entry table, as part of one transaction of the writer's: made before its commit, and
 * settled after.
 */
final class Fold {
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
    static Fold step(Writer writer, Recent recent, int entries, long bytes, Ledger.Delta delta) throws SQLException {
        boolean hurry = recent.isFull();
        List<Recent.Item> slice = recent.slice(hurry ? Integer.MAX_VALUE : entries, hurry ? Long.MAX_VALUE : bytes);
        Fold fold = new Fold(writer, recent, slice, recent.isLast(slice));
        for (Recent.Item item : slice) {
            write(writer, item, recent.fileRowUnder(item), delta);
        }
        if (fold.last) {
            writer.deleteLog(recent.foldingLogId());
        }
        return fold;
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
        recent.folded(slice, last);
    }
}
