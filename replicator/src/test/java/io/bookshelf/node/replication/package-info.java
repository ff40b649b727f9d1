@NullMarked
package io.bookshelf.node.replication;

import org.jspecify.annotations.NullMarked;
