/**
 * The Java library for daemons and apps: a Bookshelf unit's state, read, written and watched. It speaks MQTT 5 to the unit,
 * and works against any MQTT 5 broker, minus what only a unit tells (versions, authors, the end of a snapshot at once).
 *
 * <pre>{@code
 * try (Bookshelf shelf = Bookshelf.connect("mqtt://127.0.0.1:1883")) {
 *     shelf.put("lights/hall", "on");
 *     shelf.get("lights/hall").ifPresent(entry -> System.out.println(entry.text() + ", " + entry.version()));
 * }
 * }</pre>
 *
 * <p>Failures are {@link io.bookshelf.client.BookshelfException}s, which are unchecked and whose messages are sentences.
 */
@NullMarked
package io.bookshelf.client;

import org.jspecify.annotations.NullMarked;
