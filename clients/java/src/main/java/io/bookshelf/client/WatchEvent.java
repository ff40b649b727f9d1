package io.bookshelf.client;

import org.jspecify.annotations.Nullable;

/**
 * What a {@link Watch} tells.
 *
 * {@snippet class="io.bookshelf.client.examples.ClientExamples" region="listener" :
 * // @start region="listener"
 * Watch watch = shelf.watch("lights/#", event -> {
 *     switch (event) {
 *         case WatchEvent.Changed changed ->
 *             System.out.println((changed.snapshot() ? "there is " : "now ") + changed.entry());
 *         case WatchEvent.Deleted deleted -> System.out.println(deleted.key() + " is gone");
 *         case WatchEvent.Complete complete -> System.out.println("these " + complete.count() + " are all");
 *         case WatchEvent.Interrupted interrupted -> System.out.println("as it was; " + interrupted.reason());
 *     }
 * });
 * // @end
 * }
 */
public sealed interface WatchEvent {
    /**
     * A key has this value now.
     *
     * @param snapshot true if it may have had it before the watch began or came back
     */
    record Changed(Entry entry, boolean snapshot) implements WatchEvent {}

    /** A key that was told before has no value any more: it was deleted, or its time to live is over. */
    record Deleted(String key) implements WatchEvent {}

    /**
     * Everything that the unit held when the watch began, or came back after an interruption, has been told; so after
     * this the keys that were told and not deleted are the unit's. Comes once at the beginning, and once after each
     * {@link Interrupted}.
     *
     * @param count how many keys that is
     */
    record Complete(int count) implements WatchEvent {}

    /**
     * The unit cannot be reached. What was told stays as it was; what changes meanwhile is told when it is back, as
     * current values. Where this is the end of the watch it is the last event, told to listeners alone: whoever takes events
     * gets the exception.
     *
     * @param reason a sentence
     * @param end null if the watch goes on; otherwise why it does not, such as a {@link RefusedException} where this client
     *     may not read
     */
    record Interrupted(String reason, @Nullable BookshelfException end) implements WatchEvent {
        Interrupted(String reason) {
            this(reason, null);
        }
    }
}
