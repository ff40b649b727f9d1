/** JMH benchmarks of the hot inner pieces; run only in the profile {@code jmh}. Those of package-private classes lie beside them. */
@NullMarked
package io.bookshelf.it.jmh;

import org.jspecify.annotations.NullMarked;
