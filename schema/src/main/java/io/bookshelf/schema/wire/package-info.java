/** The frames that units send one another, and their form as bytes; the generated classes stay behind it. */
@NullMarked
package io.bookshelf.schema.wire;

import org.jspecify.annotations.NullMarked;
