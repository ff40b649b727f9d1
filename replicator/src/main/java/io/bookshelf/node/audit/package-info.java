/** The audit log: who changed what decides over others. */
@NullMarked
package io.bookshelf.node.audit;

import org.jspecify.annotations.NullMarked;
