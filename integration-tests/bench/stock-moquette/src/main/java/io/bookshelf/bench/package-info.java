/** Brokers that Bookshelf is compared with. */
@NullMarked
package io.bookshelf.bench;

import org.jspecify.annotations.NullMarked;
