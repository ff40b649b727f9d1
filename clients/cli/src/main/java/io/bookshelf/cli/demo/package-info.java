/** {@code bookshelf demo}: a network of units on this machine, to play with. */
@NullMarked
package io.bookshelf.cli.demo;

import org.jspecify.annotations.NullMarked;
