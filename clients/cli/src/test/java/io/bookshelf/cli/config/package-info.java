@NullMarked
package io.bookshelf.cli.config;

import org.jspecify.annotations.NullMarked;
