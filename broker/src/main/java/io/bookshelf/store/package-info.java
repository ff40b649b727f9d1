/**
 * The state of a unit on disk: one SQLite file with entries, clocks and durable sessions. {@link
 * io.bookshelf.store.StateStore} is the contract; no SQLite type leaves this package.
 */
@NullMarked
package io.bookshelf.store;

import org.jspecify.annotations.NullMarked;
