/** HTTP and WebSocket in front of MQTT. */
@NullMarked
package io.bookshelf.broker.web;

import org.jspecify.annotations.NullMarked;
