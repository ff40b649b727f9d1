/** Lets a phone in. */
@NullMarked
package io.bookshelf.cli.pair;

import org.jspecify.annotations.NullMarked;
