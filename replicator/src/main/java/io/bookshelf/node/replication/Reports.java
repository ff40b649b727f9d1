package io.bookshelf.node.replication;

import io.bookshelf.replica.PeerStatus;
import io.bookshelf.schema.Entry;
import java.util.List;
import java.util.Map;

/** Who is told how it stands. Called on the replicator's thread. */
public interface Reports {
    /** An entry was applied, whoever wrote it. */
    void applied(Entry entry);

    /** How it stands with each peer; once a second. */
    void peers(Map<String, PeerStatus> status, Map<String, String> unreached);

    /** A concurrent write was discarded: the last ones, newest first. */
    void conflicts(List<ConflictReport> last);
}
