/** The examples of the Javadoc, as code: compiled with the tests, and run against a unit by {@code LibraryExamplesIT}. */
@NullMarked
package io.bookshelf.client.examples;

import org.jspecify.annotations.NullMarked;
