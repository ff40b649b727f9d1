/** One memory budget for everything that clients can make the unit hold. */
@NullMarked
package io.bookshelf.broker.budget;

import org.jspecify.annotations.NullMarked;
