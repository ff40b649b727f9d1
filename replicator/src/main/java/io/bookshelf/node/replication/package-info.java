/** Runs a replica core over the unit's store, bus and links. */
@NullMarked
package io.bookshelf.node.replication;

import org.jspecify.annotations.NullMarked;
