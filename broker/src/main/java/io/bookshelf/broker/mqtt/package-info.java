/** MQTT on a Netty channel: packets in, packets out, one {@code ClientConnection} a channel. */
@NullMarked
package io.bookshelf.broker.mqtt;

import org.jspecify.annotations.NullMarked;
