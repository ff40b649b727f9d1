/** Documents in JSON, read. */
@NullMarked
package io.bookshelf.cli.json;

import org.jspecify.annotations.NullMarked;
