package io.bookshelf.cli.bench;

/**
 * A connection that puts, and keeps count of what is acknowledged. With {@link #fill} it keeps a window full; with
 * {@link #put} its caller sets the pace.
 */
final class PutWriter implements PacketHandler {
    private static final int IDS = 1 << 16;

    private final PutTemplate template;
    private final KeySpace space;
    private final boolean deletes;
    private final int window;
    private final KeyOrder order;
    /** When the put of each packet id left; 0 where the id is free. */
    private final long[] sentAt = new long[IDS];

    /** The number of the last message to each key; shared with nobody. */
    private final int[] lastNumber;

    private final Latencies latencies = new Latencies();
    private int packetId;
    private int number;
    private int inFlight;
    private long acknowledged;
    private long refused;
    private boolean open = true;

    /** A writer of values of {@code size} bytes; size 0 deletes. */
    PutWriter(Target target, KeySpace space, int size, int window, KeyOrder order) {
        this.template = new PutTemplate(target.v5(), space.prefix(), size);
        this.space = space;
        this.deletes = size == 0;
        this.window = window;
        this.order = order;
        this.lastNumber = new int[space.count()];
    }

    /**
     * Puts until the window is full or there is nothing more to put. Waits until a quarter of the window is free: one
     * write then carries many puts, which costs the generator less than half of one write a put.
     */
    void fill(Link link) {
        int most = most(link);
        if (most - inFlight >= Math.max(1, most / 4)) {
            fillUp(link, most);
        }
    }

    /** True if the broker allows one more unacknowledged put. */
    boolean mayPut(Link link) {
        return inFlight < Math.min(IDS / 2, link.receiveMaximum());
    }

    /** Puts once and writes it out; {@code intended} is when it should have been sent. */
    void put(Link link, long intended, long now) {
        append(link, order.next(), intended, now);
        link.flush();
    }

    /** No more puts; what is under way may still be acknowledged. */
    void finish() {
        open = false;
    }

    /** True when nothing more will be put and everything that was is acknowledged. */
    boolean idle() {
        return !open && inFlight == 0;
    }

    /** Forgets what was measured so far; what is in flight is counted when it is acknowledged. */
    void startCounting() {
        acknowledged = 0;
        latencies.reset();
    }

    long acknowledged() {
        return acknowledged;
    }

    int inFlight() {
        return inFlight;
    }

    long refused() {
        return refused;
    }

    Latencies latencies() {
        return latencies;
    }

    /** How many messages were sent so far: the number of the last one. */
    int sent() {
        return number;
    }

    /** The number of the last message to a key, 0 for none. */
    int lastNumber(int key) {
        return lastNumber[key];
    }

    @Override
    public void packet(Link link, PacketParser packet, long now) {
        int id = packet.packetId();
        if (packet.type() != Packets.PUBACK || sentAt[id] == 0) {
            return;
        }
        latencies.record(now - sentAt[id]);
        sentAt[id] = 0;
        inFlight--;
        if (packet.bodyLength() > 2 && packet.bodyByte(2) >= 0x80) {
            refused++;
        } else {
            acknowledged++;
        }
    }

    @Override
    public void readEnded(Link link) {
        fill(link);
    }

    /**
     * A broker that leaves Nagle's algorithm on holds back PUBACKs until TCP has acknowledged the one before, and the
     * kernel lets that wait up to 40 ms for data to travel with: so less than a quarter goes too when all is quiet.
     */
    @Override
    public void quiet(Link link) {
        fillUp(link, most(link));
    }

    private void fillUp(Link link, int most) {
        long now = System.nanoTime();
        while (open && inFlight < most) {
            int key = order.next();
            if (key < 0) {
                open = false;
            } else {
                append(link, key, now, now);
            }
        }
    }

    private int most(Link link) {
        return Math.min(window, link.receiveMaximum());
    }

    private void append(Link link, int key, long intended, long now) {
        do {
            packetId = packetId == IDS - 1 ? 1 : packetId + 1;
        } while (sentAt[packetId] != 0);
        sentAt[packetId] = now;
        inFlight++;
        number++;
        lastNumber[key] = number;
        if (deletes) {
            space.remove(key);
        } else {
            space.write(key);
        }
        link.append(template, key, packetId, intended, number);
    }
}
