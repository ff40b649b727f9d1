/** Who may open a connection from outside the unit: mutual TLS, before anything of MQTT. */
@NullMarked
package io.bookshelf.broker.tls;

import org.jspecify.annotations.NullMarked;
