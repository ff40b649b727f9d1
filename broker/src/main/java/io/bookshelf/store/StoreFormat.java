package io.bookshelf.store;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * The format of the file. Migrations only add, so a file says from which format on a program may read it, and from which on
 * it may write it.
 */
final class StoreFormat {
    /** The format that this version writes. */
    static final int CURRENT = 2;

    private static final String CREATE_META =
            "CREATE TABLE meta(format INTEGER NOT NULL,readable_by INTEGER NOT NULL,writable_by INTEGER NOT NULL)";

    private StoreFormat() {}

    /** What may be done with a file. */
    enum Verdict {
        /** It has no tables yet. */
        EMPTY,
        /** This version may write it. */
        WRITABLE,
        /** Another version made it; this one may read it but not write it. */
        READABLE,
        /** A later version made it, and this one cannot make sense of it. */
        FOREIGN
    }

    /** Looks at a file that opens. */
    static Verdict verdict(Db db) throws SQLException {
        if (db.number("SELECT count(*) FROM sqlite_schema") == 0) {
            return Verdict.EMPTY;
        }
        long format = db.number("SELECT format FROM meta");
        if (db.number("SELECT readable_by FROM meta") > CURRENT) {
            return Verdict.FOREIGN;
        }
        if (db.number("SELECT writable_by FROM meta") > CURRENT || format < CURRENT) {
            return Verdict.READABLE;
        }
        return Verdict.WRITABLE;
    }

    /** Makes the tables of an empty file, with an empty ledger. */
    static void create(Db db) throws SQLException {
        db.writing(() -> {
            for (String sql : tables()) {
                db.execute(sql);
            }
            db.execute("INSERT INTO meta VALUES(" + CURRENT + "," + CURRENT + "," + CURRENT + ")");
            Ledger.EMPTY.save(db.prepare(Ledger.SAVE));
            return true;
        });
    }

    /** True if the tables of a file of the current format are exactly those that this version makes. */
    static boolean intact(Db db) throws SQLException {
        for (String sql : tables()) {
            if (db.number("SELECT count(*) FROM sqlite_schema WHERE sql='" + sql + "'") != 1) {
                return false;
            }
        }
        return true;
    }

    private static List<String> tables() {
        List<String> sql = new ArrayList<>(List.of(
                CREATE_META,
                Ledger.CREATE,
                LogTable.CREATE,
                EntryTable.CREATE,
                EntryTable.CREATE_SEQUENCE,
                EntryTable.CREATE_BUCKETS,
                EntryTable.CREATE_EXPIRY,
                EntryTable.CREATE_TOMBSTONES));
        for (SessionRow.Table table : SessionRow.Table.values()) {
            sql.add(table.create());
        }
        return sql;
    }
}
