/**
 * MQTT sessions and what is delivered to them. Everything here runs on the broker's one loop thread, takes no lock, and knows
 * neither sockets nor packets: a connection is a {@link io.bookshelf.broker.session.ClientLink}.
 */
@NullMarked
package io.bookshelf.broker.session;

import org.jspecify.annotations.NullMarked;
