/** The unit's embedded MQTT broker: what {@link io.bookshelf.broker.EmbeddedBroker} wires together. */
@NullMarked
package io.bookshelf.broker;

import org.jspecify.annotations.NullMarked;
