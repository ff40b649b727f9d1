package io.bookshelf.broker.metrics;

import java.util.concurrent.atomic.LongAdder;

/** What the broker has counted since it started. Any thread may add and read. */
public final class BrokerCounters {
    /** MQTT packets of any type. */
    public final LongAdder packetsReceived = new LongAdder();

    public final LongAdder packetsSent = new LongAdder();

    public final LongAdder bytesReceived = new LongAdder();

    public final LongAdder bytesSent = new LongAdder();

    /** PUBLISH packets. */
    public final LongAdder publishesReceived = new LongAdder();

    public final LongAdder publishesSent = new LongAdder();

    /** Payload bytes of PUBLISH packets. */
    public final LongAdder publishBytesReceived = new LongAdder();

    public final LongAdder publishBytesSent = new LongAdder();

    /** Events dropped: over a bound, expired, too large for their client, or QoS 0 to a client that does not read. */
    public final LongAdder publishesDropped = new LongAdder();

    /** Publishes refused: no room, no right, over a limit. */
    public final LongAdder publishesRefused = new LongAdder();

    /** Stored writes, deletes included. */
    public final LongAdder writes = new LongAdder();

    /** Transactions of the single writer. */
    public final LongAdder commits = new LongAdder();

    /** Connections accepted, in all. */
    public final LongAdder connectionsAccepted = new LongAdder();

    /** CONNECT packets received. */
    public final LongAdder connects = new LongAdder();

    /** Connections closed for breaking the protocol or a bound. */
    public final LongAdder connectionsRejected = new LongAdder();

    /** Open connections. */
    public final LongAdder connectionsOpen = new LongAdder();

    /** Clients that are connected (have had their CONNACK). */
    public final LongAdder clientsConnected = new LongAdder();

    /** Durable sessions without a connection. */
    public final LongAdder sessionsDisconnected = new LongAdder();

    /** Durable sessions that ended because nobody came back in time. */
    public final LongAdder sessionsExpired = new LongAdder();

    public final LongAdder subscriptions = new LongAdder();

    public final LongAdder sharedSubscriptions = new LongAdder();

    /** Times a subscriber fell behind and became a cursor. */
    public final LongAdder subscribersLagged = new LongAdder();
}
