/** A whole unit: {@link io.bookshelf.node.BookshelfNode} wires it together and owns its lifecycle. */
@NullMarked
package io.bookshelf.node;

import org.jspecify.annotations.NullMarked;
