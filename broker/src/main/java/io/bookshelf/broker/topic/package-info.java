/** MQTT topic filters, and the tree that finds the subscriptions of a topic. Pure. */
@NullMarked
package io.bookshelf.broker.topic;

import org.jspecify.annotations.NullMarked;
