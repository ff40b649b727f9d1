package io.bookshelf.node;

import io.bookshelf.broker.config.BrokerConfig;
import io.bookshelf.store.Durability;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a unit needs to know to start.
 *
 * @param broker its name, its listeners and its bounds
 * @param data the folder of its store; made if absent
 * @param durability what an acknowledgement waits for
 * @param trustWallClock true if the wall clock counts as known even where the kernel does not call it synchronised
 * @param pki the folder with the certificate that this unit shows to peers, null for a unit that stays alone
 * @param peers the list of peers to start from, null for none
 * @param certificates how certificates are renewed and judged
 * @param catalogue files that describe keys, besides those that Bookshelf knows of itself
 * @param access who may come in at the start; may be replaced while the unit runs
 */
public record NodeConfig(
        BrokerConfig broker,
        Path data,
        Durability durability,
        boolean trustWallClock,
        @Nullable Path pki,
        @Nullable Path peers,
        CertificateSettings certificates,
        List<Path> catalogue,
        AccessSettings access) {

    public NodeConfig {
        catalogue = List.copyOf(catalogue);
    }
}
