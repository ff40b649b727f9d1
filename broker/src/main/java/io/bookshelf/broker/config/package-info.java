/** What a broker is told when it starts: addresses and bounds. */
@NullMarked
package io.bookshelf.broker.config;

import org.jspecify.annotations.NullMarked;
