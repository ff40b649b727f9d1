package io.bookshelf.broker.session;

import io.bookshelf.broker.topic.TopicFilter;
import org.jspecify.annotations.Nullable;

/** One subscription of one session. */
final class Subscription {
    final Session session;
    final TopicFilter filter;
    final Options options;
    final int identifier;
    final long order;

    /** Its snapshot while that is being delivered. */
    @Nullable
    SnapshotTask snapshot;

    /** False once it was removed or replaced. */
    boolean active = true;

    /**
     * MQTT 5 subscription options (section 3.8.3.1).
     *
     * @param retainHandling 0 always a snapshot, 1 only for a new subscription, 2 never
     */
    record Options(int qos, boolean noLocal, boolean retainAsPublished, int retainHandling) {
        static Options of(int bits) {
            return new Options(bits & 3, (bits & 4) != 0, (bits & 8) != 0, bits >> 4 & 3);
        }

        int bits() {
            return qos | (noLocal ? 4 : 0) | (retainAsPublished ? 8 : 0) | retainHandling << 4;
        }
    }

    Subscription(Session session, TopicFilter filter, Options options, int identifier, long order) {
        this.session = session;
        this.filter = filter;
        this.options = options;
        this.identifier = identifier;
        this.order = order;
    }
}
