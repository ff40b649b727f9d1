package io.bookshelf.broker.session;

import io.bookshelf.broker.topic.TopicFilter;

/**
 * How a client subscribes with a filter. Its identifier tells the filter in each delivery.
 *
 * @param number the filter's place in {@link #FILTERS}
 */
record SimOptions(TopicFilter filter, int number, int qos, boolean noLocal, boolean retainAsPublished, int handling) {
    static final String[] FILTERS = {
        "#", "a/#", "a/+", "+/1", "b/2", "a/b/1", "$share/one/#", "$share/two/a/+", "$share/one/b/2"
    };

    private static final int FIRST_SHARED = 6;

    boolean shared() {
        return number >= FIRST_SHARED;
    }

    int identifier() {
        return number + 1;
    }

    int bits() {
        return qos | (noLocal ? 4 : 0) | (retainAsPublished ? 8 : 0) | handling << 4;
    }

    SimOptions with(int other) {
        return new SimOptions(filter, number, qos, noLocal, retainAsPublished, other);
    }

    SubscriptionChanges.Wanted wanted() {
        return new SubscriptionChanges.Wanted(filter, bits(), identifier());
    }

    /** The shared filter that a delivery came by, empty if it came by ordinary ones. */
    static String shareOf(int[] identifiers) {
        return identifiers.length == 1 && identifiers[0] > FIRST_SHARED ? " by " + FILTERS[identifiers[0] - 1] : "";
    }
}
