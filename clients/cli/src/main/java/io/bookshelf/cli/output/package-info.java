/** What all commands print goes through here: on a terminal nothing from outside reaches it as a control sequence. */
@NullMarked
package io.bookshelf.cli.output;

import org.jspecify.annotations.NullMarked;
