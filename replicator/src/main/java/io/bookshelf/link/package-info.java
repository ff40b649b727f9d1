/** Carries frames between units: one connection a pair, over the peers' ordinary TLS listeners. Knows nothing of what is in a frame. */
@NullMarked
package io.bookshelf.link;

import org.jspecify.annotations.NullMarked;
