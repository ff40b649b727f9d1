/** Who may connect, read and write. */
@NullMarked
package io.bookshelf.broker.access;

import org.jspecify.annotations.NullMarked;
