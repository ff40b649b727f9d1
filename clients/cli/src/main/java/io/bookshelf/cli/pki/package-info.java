/** {@code bookshelf pki …}: the network's own certificates. */
@NullMarked
package io.bookshelf.cli.pki;

import org.jspecify.annotations.NullMarked;
