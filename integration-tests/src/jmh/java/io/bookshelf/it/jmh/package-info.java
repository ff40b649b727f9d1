/** JMH benchmarks of the hot inner pieces; compiled and run only in the profile {@code jmh}. */
@NullMarked
package io.bookshelf.it.jmh;

import org.jspecify.annotations.NullMarked;
