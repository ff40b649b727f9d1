/**
 * Coordination among units that may be cut off from one another, as conventions on keys that any language can follow, and
 * as classes. None of them waits for a majority, so none promises exclusion: each class says what it does not promise
 * while the network is divided. {@code docs/patterns.md} has the keys.
 *
 * {@snippet class="io.bookshelf.client.examples.PatternExamples" region="lease" :
 * // @start region="lease"
 * Runnable stop = () -> System.out.println("somebody else scans: stopping");
 * Lease.take(shelf, "scan", "hall", Duration.ofSeconds(30), stop).ifPresent(lease -> {
 *     try (lease) {
 *         System.out.println("scanning while " + lease.isHeld());
 *     }
 * });
 * // @end
 * }
 */
@NullMarked
package io.bookshelf.client.pattern;

import org.jspecify.annotations.NullMarked;
