/**
 * The single writer: everything that changes the store passes through {@link io.bookshelf.bus.StateBus}, in one order,
 * and comes out as commits.
 */
@NullMarked
package io.bookshelf.bus;

import org.jspecify.annotations.NullMarked;
