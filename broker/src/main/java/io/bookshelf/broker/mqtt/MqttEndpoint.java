package io.bookshelf.broker.mqtt;

import io.bookshelf.broker.access.AccessPolicy;
import io.bookshelf.broker.access.AccessPolicy.Principal;
import io.bookshelf.broker.access.Tokens;
import io.bookshelf.broker.admission.Crowd;
import io.bookshelf.broker.budget.RemoteAddress;
import io.bookshelf.broker.config.BrokerConfig.Limits;
import io.bookshelf.broker.metrics.BrokerCounters;
import io.bookshelf.broker.peer.Peer;
import io.bookshelf.broker.peer.PeerDoor;
import io.bookshelf.broker.peer.PeerTrust;
import io.bookshelf.broker.session.SessionRegistry;
import io.bookshelf.bus.WallClock;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttEncoder;
import java.security.cert.CertificateException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** The MQTT side of all listeners: makes connections' pipelines and knows who is connected. Loop thread, unless it says so. */
public final class MqttEndpoint {
    /** What a packet may have besides a value: topic, properties. */
    private static final int PACKET_OVERHEAD = 16 * 1024;

    /** Most connections that have not been let in yet. */
    private static final int MOST_WAITING_TO_CONNECT = 512;

    private static final int MOST_WAITING_TO_CONNECT_OF_ADDRESS = 64;
    private static final int LONGEST_CLIENT_ID_OF_VERSION_3 = 512;

    private final String unit;
    private final LongFunction<String> unitOf;
    private final Limits limits;
    private final AccessPolicy access;
    private final BrokerCounters counters;
    private final WallClock wall;
    private final SessionRegistry sessions;
    private final BooleanSupplier busFull;
    private final Executor loop;
    private final @Nullable PeerDoor door;
    private final ThreadPoolExecutor authentication;
    private final PasswordChecks checks;
    private final Crowd<ClientConnection> waiting =
            new Crowd<>(MOST_WAITING_TO_CONNECT, MOST_WAITING_TO_CONNECT_OF_ADDRESS);
    private final Set<ClientConnection> connected = new LinkedHashSet<>();
    private final Tokens tokens;
    private final ClientLog log = new ClientLog();

    /** Who came in by a token, by the user name that it gave. */
    private final Map<ClientConnection, String> phones = new LinkedHashMap<>();

    public MqttEndpoint(
            String unit,
            LongFunction<String> unitOf,
            Limits limits,
            AccessPolicy access,
            BrokerCounters counters,
            WallClock wall,
            SessionRegistry sessions,
            BooleanSupplier busFull,
            Executor loop,
            @Nullable PeerDoor door,
            Tokens tokens) {
        this.unit = unit;
        this.unitOf = unitOf;
        this.limits = limits;
        this.access = access;
        this.counters = counters;
        this.wall = wall;
        this.sessions = sessions;
        this.busFull = busFull;
        this.loop = loop;
        this.door = door;
        this.tokens = tokens;
        this.authentication = new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread thread = new Thread(task, "bookshelf-auth");
            thread.setDaemon(true);
            return thread;
        });
        authentication.allowCoreThreadTimeOut(true);
        this.checks = new PasswordChecks(authentication);
    }

    /** Adds MQTT to a pipeline whose inbound side yields bytes. */
    public void install(ChannelPipeline pipeline, Entrance entrance) {
        ClientConnection connection = new ClientConnection(this, entrance);
        int largest = maximumPacketSize(entrance.peer());
        pipeline.addLast("mqttFramer", new PacketFramer(connection, largest));
        pipeline.addLast("mqttDecoder", new MqttDecoder(largest, LONGEST_CLIENT_ID_OF_VERSION_3));
        pipeline.addLast("mqttEncoder", MqttEncoder.INSTANCE);
        pipeline.addLast("client", connection);
    }

    /** The name of this unit. */
    String unit() {
        return unit;
    }

    /** The name of the unit that writes under a replica id. */
    LongFunction<String> unitOf() {
        return unitOf;
    }

    ClientLog log() {
        return log;
    }

    Limits limits() {
        return limits;
    }

    AccessPolicy access() {
        return access;
    }

    BrokerCounters counters() {
        return counters;
    }

    WallClock wall() {
        return wall;
    }

    SessionRegistry sessions() {
        return sessions;
    }

    boolean busFull() {
        return busFull.getAsBoolean();
    }

    @Nullable
    PeerDoor door() {
        return door;
    }

    /** Largest packet that is taken from a local client, in bytes. */
    public int maximumPacketSize() {
        return limits.valueBytes() + PACKET_OVERHEAD;
    }

    /** Largest packet that is taken: link frames may be larger than publishes. */
    int maximumPacketSize(@Nullable Peer peer) {
        return maximumPacketSize() + (peer != null && peer.mayLink() ? PeerDoor.FRAME_OVERHEAD : 0);
    }

    /** Largest frame of a link, in bytes. */
    int maximumFrameSize() {
        return limits.valueBytes() + PeerDoor.FRAME_OVERHEAD;
    }

    /** What came of a password check: who it is, null for nobody; or that too many others wait. */
    record Authenticated(@Nullable Principal who, boolean busy) {}

    /** Authenticates off the loop, since hashing a password takes long; the answer comes back on the loop. */
    void authenticate(
            ClientConnection connection,
            String clientId,
            @Nullable String user,
            byte @Nullable [] password,
            Consumer<Authenticated> then) {
        if (access.authenticatesQuickly(user, password)) {
            then.accept(new Authenticated(access.authenticate(clientId, user, password), false));
            return;
        }
        checks.offer(new PasswordChecks.Check(
                connection,
                address(connection),
                user == null ? "" : user,
                () -> {
                    Principal principal = access.authenticate(clientId, user, password);
                    onLoop(() -> then.accept(new Authenticated(principal, false)));
                },
                () -> onLoop(() -> then.accept(new Authenticated(null, true)))));
    }

    /** The user name of the paired phone whose token this is, null if it is none's. */
    @Nullable
    String phone(ClientConnection connection, @Nullable String user, byte @Nullable [] password) {
        String holder = user == null || password == null ? null : tokens.holder(user, password);
        if (holder != null) {
            phones.put(connection, holder);
        }
        return holder;
    }

    /** A phone is paired no more: its connections are ended. Any thread. */
    public void judgePhonesAgain() {
        onLoop(() -> Map.copyOf(phones).forEach((connection, holder) -> {
            if (!tokens.mayStay(holder)) {
                connection.refuse(Reason.NOT_AUTHORIZED, "this phone was revoked");
            }
        }));
    }

    void opened(ClientConnection connection) {
        ClientConnection oneTooMany = waiting.add(address(connection), connection);
        if (oneTooMany != null) {
            oneTooMany.refuse(Reason.SERVER_BUSY, "too many connections wait for their CONNECT");
        }
    }

    private static String address(ClientConnection connection) {
        return RemoteAddress.of(connection.context().channel().remoteAddress());
    }

    void connected(ClientConnection connection) {
        waiting.remove(connection);
        connected.add(connection);
        counters.clientsConnected.increment();
    }

    void closed(ClientConnection connection) {
        waiting.remove(connection);
        checks.forget(connection);
        phones.remove(connection);
        if (connected.remove(connection)) {
            counters.clientsConnected.decrement();
        }
    }

    /** The bus has room again: publishers are read on. */
    public void resumePublishers() {
        for (ClientConnection connection : List.copyOf(connected)) {
            connection.resume(ReadGate.Pause.BUS_FULL);
        }
    }

    /**
     * What is known of certificates has changed: whoever would not be let in now is put out. Any thread.
     *
     * @param then run when all have been judged
     */
    public void judgeAgain(PeerTrust trust, Runnable then) {
        onLoop(() -> {
            List<ClientConnection> peers = all().stream()
                    .filter(each -> each.link().certified() != null)
                    .toList();
            // Signatures are verified, which takes long enough to hold up the loop.
            Thread.ofVirtual().name("bookshelf-judge").start(() -> {
                peers.forEach(each -> judge(each, trust));
                then.run();
            });
        });
    }

    private void judge(ClientConnection connection, PeerTrust trust) {
        try {
            Peer peer = connection.link().certified();
            if (peer != null) {
                Peer.judged(trust, peer.chain());
            }
        } catch (CertificateException e) {
            onLoop(() -> connection.refuse(Reason.NOT_AUTHORIZED, String.valueOf(e.getMessage())));
        }
    }

    private void onLoop(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            // The loop has stopped, and with it all connections.
        }
    }

    private List<ClientConnection> all() {
        List<ClientConnection> all = new ArrayList<>(waiting.all());
        all.addAll(connected);
        return all;
    }

    /** Once a second. */
    public void tick() {
        long now = System.nanoTime();
        all().forEach(connection -> connection.tick(now));
    }

    /** Tells every client that the unit stops, and closes. */
    public void shutDown() {
        waiting.all().forEach(ClientConnection::shutDown);
        List.copyOf(connected).forEach(ClientConnection::shutDown);
        authentication.shutdownNow();
    }
}
