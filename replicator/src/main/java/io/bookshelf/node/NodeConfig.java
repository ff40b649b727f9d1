package io.bookshelf.node;

import io.bookshelf.broker.config.BrokerConfig;
import io.bookshelf.store.Durability;
import java.nio.file.Path;

/**
 * What a unit needs to know to start.
 *
 * @param broker its name, its listeners and its bounds
 * @param data the folder of its store; made if absent
 * @param durability what an acknowledgement waits for
 * @param trustWallClock true if the wall clock counts as known even where the kernel does not call it synchronised
 * @param access who may come in at the start; may be replaced while the unit runs
 */
public record NodeConfig(
        BrokerConfig broker, Path data, Durability durability, boolean trustWallClock, AccessSettings access) {}
