package io.bookshelf.client;

/** Calling what a user of this library handed in. */
final class Listeners {
    private Listeners() {}

    /** Calls it; what it throws goes where its thread's uncaught exceptions go, and its thread goes on. */
    static void tell(Runnable listener) {
        try {
            listener.run();
        } catch (RuntimeException mistake) {
            Thread thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, mistake);
        }
    }
}
