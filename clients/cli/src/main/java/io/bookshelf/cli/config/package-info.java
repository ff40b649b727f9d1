/** What {@code bookshelf.toml} says, and what holds where it says nothing. */
@NullMarked
package io.bookshelf.cli.config;

import org.jspecify.annotations.NullMarked;
