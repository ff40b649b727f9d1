package io.bookshelf.store;

import java.sql.SQLException;
import org.sqlite.SQLiteErrorCode;

/** What SQLite's errors mean to the store. */
final class SqlErrors {
    private SqlErrors() {}

    /** Why the store could not do what it tried. */
    static StoreException.Reason reason(SQLException e) {
        int code = e.getErrorCode() & 0xff;
        if (code == SQLiteErrorCode.SQLITE_FULL.code) {
            return StoreException.Reason.DISK_FULL;
        }
        return isDamage(code) ? StoreException.Reason.DAMAGED : StoreException.Reason.IO;
    }

    /**
     * An error of SQL (a column that is not there) and a broken constraint (a sequence that is there already) come from
     * damage too: the statements are fixed, and right on a whole file.
     */
    private static boolean isDamage(int code) {
        return code == SQLiteErrorCode.SQLITE_CORRUPT.code
                || code == SQLiteErrorCode.SQLITE_NOTADB.code
                || code == SQLiteErrorCode.SQLITE_FORMAT.code
                || code == SQLiteErrorCode.SQLITE_CONSTRAINT.code
                || code == SQLiteErrorCode.SQLITE_SCHEMA.code
                || code == SQLiteErrorCode.SQLITE_MISMATCH.code
                || code == SQLiteErrorCode.SQLITE_ERROR.code;
    }
}
