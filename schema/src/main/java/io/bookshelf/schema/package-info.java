/** What goes on wires and disks: keys, versions, entries, the hybrid clock. Pure: no I/O, no threads, no clock of its own. */
@NullMarked
package io.bookshelf.schema;

import org.jspecify.annotations.NullMarked;
