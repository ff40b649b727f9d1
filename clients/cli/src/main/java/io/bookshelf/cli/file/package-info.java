/** Commands that work on a unit's files: backup, restore, doctor. */
@NullMarked
package io.bookshelf.cli.file;

import org.jspecify.annotations.NullMarked;
