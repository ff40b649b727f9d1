/**
 * The load generator behind {@code bookshelf bench}: measures any MQTT broker from outside.
 *
 * <p>It speaks MQTT through a codec of its own rather than through a client library. The generator shares its cores with
 * the broker that it measures, so what a message costs here is taken from the broker: a library that allocates, hands
 * over between threads and completes a future for every message would measure itself. Here a put is one copy of a
 * pre-encoded packet with the key, the packet id and the time patched in, an acknowledgement is two bytes read out of a
 * buffer, and one thread drives every connection of a load through a selector, so that whatever gathered while it was
 * busy goes through one read and one write.
 */
@NullMarked
package io.bookshelf.cli.bench;

import org.jspecify.annotations.NullMarked;
