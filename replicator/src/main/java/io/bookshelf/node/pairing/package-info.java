/** Phones: paired by a code, signed in by their own key, revoked by a delete. */
@NullMarked
package io.bookshelf.node.pairing;

import org.jspecify.annotations.NullMarked;
