/** One MQTT 5 connection, on the HiveMQ client: the only package of the library that knows it. */
@NullMarked
package io.bookshelf.client.wire;

import org.jspecify.annotations.NullMarked;
