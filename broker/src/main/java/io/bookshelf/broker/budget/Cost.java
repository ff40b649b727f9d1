package io.bookshelf.broker.budget;

/** About how many bytes things hold on the heap. */
public final class Cost {
    private static final int SESSION = 4_096;
    private static final int SUBSCRIPTION = 512;
    private static final int LEVEL = 448;
    private static final int WILL = 512;
    private static final int EVENT = 96;

    private Cost() {}

    /** A session without anything in it. */
    public static long session(String clientId) {
        return SESSION + 2L * clientId.length();
    }

    /** A subscription: its filter, and a node for each of its levels in two trees. */
    public static long subscription(String filter) {
        long levels = filter.chars().filter(c -> c == '/').count() + 1;
        return SUBSCRIPTION + 4L * filter.length() + levels * LEVEL;
    }

    /** A will. */
    public static long will(String topic, long payload, long properties) {
        return WILL + 2L * topic.length() + payload + properties;
    }

    /** An event that waits, without what it carries. */
    public static long event(int subscriptions) {
        return EVENT + 4L * subscriptions;
    }
}
