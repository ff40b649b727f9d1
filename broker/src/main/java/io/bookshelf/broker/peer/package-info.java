/** Who comes in from outside the unit by certificate, and what carries links to other units. */
@NullMarked
package io.bookshelf.broker.peer;

import org.jspecify.annotations.NullMarked;
