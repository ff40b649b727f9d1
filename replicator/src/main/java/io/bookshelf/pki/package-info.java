/** The network's own certificates: its authority, what a unit proves itself with, and who is let in. */
@NullMarked
package io.bookshelf.pki;

import org.jspecify.annotations.NullMarked;
