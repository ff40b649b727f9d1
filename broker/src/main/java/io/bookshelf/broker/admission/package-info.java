/** How many connections there may be, of whom: quotas by listener and by remote address, with room kept. */
@NullMarked
package io.bookshelf.broker.admission;

import org.jspecify.annotations.NullMarked;
