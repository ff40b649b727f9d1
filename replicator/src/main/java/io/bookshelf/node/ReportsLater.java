package io.bookshelf.node;

import io.bookshelf.node.replication.ConflictReport;
import io.bookshelf.node.replication.Reports;
import io.bookshelf.replica.PeerStatus;
import io.bookshelf.schema.Entry;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Passes on to a network that is made later. */
final class ReportsLater implements Reports {
    private volatile @Nullable Reports to;

    void tell(Reports reports) {
        to = reports;
    }

    @Override
    public void applied(Entry entry) {
        Reports now = to;
        if (now != null) {
            now.applied(entry);
        }
    }

    @Override
    public void peers(Map<String, PeerStatus> status, Map<String, String> unreached) {
        Reports now = to;
        if (now != null) {
            now.peers(status, unreached);
        }
    }

    @Override
    public void conflicts(List<ConflictReport> last) {
        Reports now = to;
        if (now != null) {
            now.conflicts(last);
        }
    }
}
