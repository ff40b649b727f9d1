/** Texts that tests compare with what was agreed upon. */
@NullMarked
package io.bookshelf.golden;

import org.jspecify.annotations.NullMarked;
