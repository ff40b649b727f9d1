/**
 * How units agree: the replica core and what it consists of. Pure: no sockets, no threads, no clocks, no files; inputs go in,
 * effects come out.
 */
@NullMarked
package io.bookshelf.replica;

import org.jspecify.annotations.NullMarked;
