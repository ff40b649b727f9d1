package io.bookshelf.bus;

import io.bookshelf.schema.Entry;
import java.util.concurrent.TimeUnit;

/** Who may still need a tombstone. Asked on the writer's thread; it must not block. */
public interface TombstonePolicy {
    /** Every tombstone may be forgotten an hour after the delete. */
    TombstonePolicy AFTER_AN_HOUR = new TombstonePolicy() {
        @Override
        public boolean mayForget(Entry tombstone) {
            return true;
        }

        @Override
        public boolean isWithEveryone(Entry entry) {
            return true;
        }

        @Override
        public long ageMillis() {
            return TimeUnit.HOURS.toMillis(1);
        }
    };

    /** True if nobody needs this one, which is old enough. */
    boolean mayForget(Entry tombstone);

    /** True if everyone who matters has this entry or what came after it, and will be told of nothing that it superseded. */
    boolean isWithEveryone(Entry entry);

    /** How long ago the delete has to be at least, by its stamp, in milliseconds. */
    long ageMillis();
}
