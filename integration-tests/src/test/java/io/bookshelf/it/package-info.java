/** The promises, tried from outside: real processes, real clients, real crashes. */
@NullMarked
package io.bookshelf.it;

import org.jspecify.annotations.NullMarked;
