/**
 * What keys exist, told to people: a sentence, a type, an owner and a sensitivity for each pattern of keys. Pure: no I/O, no
 * threads, no clock of its own.
 */
@NullMarked
package io.bookshelf.catalogue;

import org.jspecify.annotations.NullMarked;
