/** What the broker counts, and how it is shown. */
@NullMarked
package io.bookshelf.broker.metrics;

import org.jspecify.annotations.NullMarked;
