package io.bookshelf.store;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Nested;

final class MemoryStoreTest {
    private final MemoryDisk disk = new MemoryDisk();
    private final Random random = new Random(1);

    @Nested
    final class Contract extends StoreFollowersContract {
        @Override
        StateStore open(Path folder, List<EntryIndex> indexes) {
            return new MemoryStore(disk, random, indexes);
        }
    }
}
