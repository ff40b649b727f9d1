/** The commands that speak to a unit as any client does: by MQTT, through the Java library. */
@NullMarked
package io.bookshelf.cli.shelf;

import org.jspecify.annotations.NullMarked;
