/** The {@code bookshelf} command. */
@NullMarked
package io.bookshelf.cli;

import org.jspecify.annotations.NullMarked;
