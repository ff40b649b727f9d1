/**
 * The Java library for daemons and apps: a Bookshelf unit's state, read, written and watched. It speaks MQTT 5 to the unit,
 * and works against any MQTT 5 broker, minus what only a unit tells (versions, authors, the end of a snapshot at once).
 *
 * {@snippet class="io.bookshelf.client.examples.ClientExamples" region="put-and-get" :
 * // @start region="put-and-get"
 * // url is such as mqtt://127.0.0.1:1883
 * try (Bookshelf shelf = Bookshelf.connect(url)) {
 *     shelf.put("lights/hall", "on");
 *     System.out.println(shelf.get("lights/hall").map(Entry::text).orElse("not set"));
 * }
 * // @end
 * }
 * }
 * }
 *
 * <p>Failures are {@link io.bookshelf.client.BookshelfException}s, which are unchecked and whose messages are sentences.
 */
@NullMarked
package io.bookshelf.client;

import org.jspecify.annotations.NullMarked;
