package io.bookshelf.bus;

import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** What waits for the writer. Weight counts from {@link #add} until {@link #release}. */
final class SubmissionQueue {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition notEmpty = lock.newCondition();
    private final ArrayDeque<Submission> waiting = new ArrayDeque<>();
    private final int capacityBytes;
    private final Runnable onRoom;
    private long weight;
    private boolean writerWaits;
    private boolean wasFull;
    private boolean closed;
    private volatile boolean full;

    SubmissionQueue(int capacityBytes, Runnable onRoom) {
        this.capacityBytes = capacityBytes;
        this.onRoom = onRoom;
    }

    void add(Submission submission) {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            waiting.add(submission);
            weight += submission.weight();
            if (weight > capacityBytes) {
                full = true;
                wasFull = true;
            }
            if (writerWaits) {
                notEmpty.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    boolean full() {
        return full;
    }

    /** Fills {@code batch}, waiting for something until the deadline; false once closed and empty. */
    boolean take(List<Submission> batch, int most, int mostBytes, long deadlineNanos) {
        lock.lock();
        try {
            while (waiting.isEmpty() && !closed) {
                long left = deadlineNanos - System.nanoTime();
                if (left <= 0) {
                    return true;
                }
                await(left);
            }
            long bytes = 0;
            while (!waiting.isEmpty() && batch.size() < most && bytes < mostBytes) {
                Submission next = waiting.poll();
                bytes += next.weight();
                batch.add(next);
            }
            return !batch.isEmpty() || !closed;
        } finally {
            lock.unlock();
        }
    }

    private void await(long nanos) {
        writerWaits = true;
        try {
            notEmpty.await(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            // Nobody interrupts the writer: it ends when the queue is closed and empty.
            Thread.currentThread().interrupt();
            closed = true;
        } finally {
            writerWaits = false;
        }
    }

    void release(List<Submission> batch) {
        boolean roomAgain;
        lock.lock();
        try {
            for (Submission submission : batch) {
                weight -= submission.weight();
            }
            roomAgain = wasFull && weight <= capacityBytes / 2;
            if (roomAgain) {
                wasFull = false;
                full = false;
            }
        } finally {
            lock.unlock();
        }
        if (roomAgain) {
            onRoom.run();
        }
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            notEmpty.signal();
        } finally {
            lock.unlock();
        }
    }
}
