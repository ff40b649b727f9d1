/** Digests of what a unit holds, summed up in a tree, so that two units find the keys in which they differ. Pure. */
@NullMarked
package io.bookshelf.merkle;

import org.jspecify.annotations.NullMarked;
