package io.bookshelf.schema.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.bookshelf.schema.Digest;
import io.bookshelf.schema.DotClock;
import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Scope;
import io.bookshelf.schema.proto.AcknowledgeProto;
import io.bookshelf.schema.proto.AskClockProto;
import io.bookshelf.schema.proto.ByeProto;
import io.bookshelf.schema.proto.ClockProto;
import io.bookshelf.schema.proto.DescentProto;
import io.bookshelf.schema.proto.DotClockProto;
import io.bookshelf.schema.proto.EntriesProto;
import io.bookshelf.schema.proto.EntryProto;
import io.bookshelf.schema.proto.FrameProto;
import io.bookshelf.schema.proto.HeartbeatProto;
import io.bookshelf.schema.proto.HelloProto;
import io.bookshelf.schema.proto.ItemsProto;
import io.bookshelf.schema.proto.NeighboursProto;
import io.bookshelf.schema.proto.PartProto;
import io.bookshelf.schema.proto.RepairProto;
import io.bookshelf.schema.proto.StatementProto;
import io.bookshelf.schema.proto.StatementsProto;
import io.bookshelf.schema.wire.Frame.Roots;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;

/** Frames as bytes: protobuf, as {@code frames.proto} says. */
public final class Frames {
    /** Bytes to which a frame that could be split is filled; only a single larger value makes a larger one. */
    public static final int FULL_BYTES = 48 * 1024;

    private static final int CHILDREN = 32;

    private Frames() {}

    /** About the bytes that an entry takes in a frame. */
    public static int size(Entry entry) {
        return EntryForm.size(entry);
    }

    /** The bytes of a frame. */
    public static byte[] write(Frame frame) {
        FrameProto.Builder proto = FrameProto.newBuilder();
        switch (frame) {
            case Frame.Hello hello -> proto.setHello(write(hello));
            case Frame.Entries entries ->
                proto.setEntries(EntriesProto.newBuilder()
                        .setFrom(entries.from())
                        .setThrough(entries.through())
                        .addAllEntries(write(entries.entries()))
                        .setOwnNetwork(entries.ownNetwork())
                        .setOwnEverywhere(entries.ownEverywhere()));
            case Frame.Acknowledge ack ->
                proto.setAcknowledge(AcknowledgeProto.newBuilder().setThrough(ack.through()));
            case Frame.Heartbeat heartbeat -> proto.setHeartbeat(write(heartbeat));
            case Frame.AskClock ask -> proto.setAskClock(AskClockProto.getDefaultInstance());
            case Frame.Clock clock ->
                proto.setClock(ClockProto.newBuilder()
                        .setNetworkHigh(clock.roots().network().high())
                        .setNetworkLow(clock.roots().network().low())
                        .setEverywhereHigh(clock.roots().everywhere().high())
                        .setEverywhereLow(clock.roots().everywhere().low())
                        .setClock(write(clock.clock())));
            case Frame.Statements statements ->
                proto.setStatements(StatementsProto.newBuilder()
                        .addAllStatements(statements.statements().stream()
                                .map(Frames::write)
                                .toList()));
            case Frame.Neighbours neighbours ->
                proto.setNeighbours(NeighboursProto.newBuilder().addAllUnits(neighbours.units()));
            case Frame.Descent descent -> proto.setDescent(write(descent));
            case Frame.Items items -> proto.setItems(write(items));
            case Frame.Repair repair -> proto.setRepair(write(repair));
            case Frame.Bye bye -> proto.setBye(ByeProto.newBuilder().setReason(bye.reason()));
            case Frame.Part part ->
                proto.setPart(PartProto.newBuilder()
                        .setBytes(ByteString.copyFrom(part.bytes()))
                        .setLast(part.last()));
            case Frame.Unknown unknown -> throw new IllegalArgumentException("nobody sends what nobody knows");
        }
        return proto.build().toByteArray();
    }

    /**
     * Reads a frame.
     *
     * @throws IllegalArgumentException if the bytes are none, or what they say cannot be; the message says what
     */
    public static Frame read(byte[] bytes) {
        FrameProto proto;
        try {
            proto = FrameProto.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("not a frame", e);
        }
        return switch (proto.getBodyCase()) {
            case HELLO -> read(proto.getHello());
            case ENTRIES -> read(proto.getEntries());
            case ACKNOWLEDGE -> new Frame.Acknowledge(proto.getAcknowledge().getThrough());
            case HEARTBEAT -> read(proto.getHeartbeat());
            case ASK_CLOCK -> new Frame.AskClock();
            case CLOCK -> read(proto.getClock());
            case STATEMENTS ->
                new Frame.Statements(proto.getStatements().getStatementsList().stream()
                        .map(Frames::read)
                        .toList());
            case NEIGHBOURS ->
                new Frame.Neighbours(List.copyOf(proto.getNeighbours().getUnitsList()));
            case DESCENT -> read(proto.getDescent());
            case ITEMS -> read(proto.getItems());
            case REPAIR -> read(proto.getRepair());
            case BYE -> new Frame.Bye(proto.getBye().getReason());
            case PART ->
                new Frame.Part(
                        proto.getPart().getBytes().toByteArray(),
                        proto.getPart().getLast());
            case BODY_NOT_SET -> new Frame.Unknown();
        };
    }

    private static List<EntryProto> write(List<Entry> entries) {
        return entries.stream().map(EntryForm::write).toList();
    }

    private static List<Entry> readEntries(List<EntryProto> protos) {
        return protos.stream().map(EntryForm::read).toList();
    }

    private static HelloProto write(Frame.Hello hello) {
        HelloProto.Builder proto = HelloProto.newBuilder()
                .setProtocol(hello.protocol())
                .setOldest(hello.oldest())
                .setBoot(hello.boot())
                .setBegan(hello.began())
                .setEmpty(hello.empty())
                .setClock(write(hello.clock()))
                .setWallMillis(hello.wallMillis())
                .setWallKnown(hello.wallKnown())
                .setRevocations(hello.revocations());
        if (hello.cursor() != null) {
            proto.setCursorBoot(hello.cursor().boot()).setCursor(hello.cursor().sequence());
        }
        return proto.build();
    }

    private static Frame.Hello read(HelloProto proto) {
        Frame.Cursor cursor =
                proto.getCursorBoot() == 0 ? null : new Frame.Cursor(proto.getCursorBoot(), proto.getCursor());
        return new Frame.Hello(
                proto.getProtocol(),
                proto.getOldest(),
                proto.getBoot(),
                proto.getBegan(),
                cursor,
                proto.getEmpty(),
                read(proto.getClock()),
                proto.getWallMillis(),
                proto.getWallKnown(),
                proto.getRevocations());
    }

    private static Frame.Entries read(EntriesProto proto) {
        if (proto.getThrough() < proto.getFrom() || proto.getFrom() < 0) {
            throw new IllegalArgumentException("entries that run backwards");
        }
        return new Frame.Entries(
                proto.getFrom(),
                proto.getThrough(),
                readEntries(proto.getEntriesList()),
                proto.getOwnNetwork(),
                proto.getOwnEverywhere());
    }

    private static HeartbeatProto write(Frame.Heartbeat heartbeat) {
        HeartbeatProto.Builder proto = HeartbeatProto.newBuilder()
                .setNumber(heartbeat.number())
                .setEcho(heartbeat.echo())
                .setEchoAgeMillis(heartbeat.echoAgeMillis())
                .setSent(heartbeat.sent())
                .setSequence(heartbeat.sequence())
                .setClockHash(heartbeat.clockHash())
                .setWallMillis(heartbeat.wallMillis())
                .setWallKnown(heartbeat.wallKnown());
        Roots roots = heartbeat.roots();
        if (roots != null) {
            proto.setCounted(true)
                    .setNetworkHigh(roots.network().high())
                    .setNetworkLow(roots.network().low())
                    .setEverywhereHigh(roots.everywhere().high())
                    .setEverywhereLow(roots.everywhere().low());
        }
        return proto.build();
    }

    private static Frame.Heartbeat read(HeartbeatProto proto) {
        Roots roots = proto.getCounted()
                ? roots(
                        proto.getNetworkHigh(),
                        proto.getNetworkLow(),
                        proto.getEverywhereHigh(),
                        proto.getEverywhereLow())
                : null;
        return new Frame.Heartbeat(
                proto.getNumber(),
                proto.getEcho(),
                proto.getEchoAgeMillis(),
                proto.getSent(),
                proto.getSequence(),
                roots,
                proto.getClockHash(),
                proto.getWallMillis(),
                proto.getWallKnown());
    }

    private static Frame.Clock read(ClockProto proto) {
        return new Frame.Clock(
                roots(
                        proto.getNetworkHigh(),
                        proto.getNetworkLow(),
                        proto.getEverywhereHigh(),
                        proto.getEverywhereLow()),
                read(proto.getClock()));
    }

    private static Roots roots(long networkHigh, long networkLow, long everywhereHigh, long everywhereLow) {
        return new Roots(new Digest(networkHigh, networkLow), new Digest(everywhereHigh, everywhereLow));
    }

    private static DotClockProto write(DotClock clock) {
        DotClockProto.Builder proto = DotClockProto.newBuilder();
        for (int i = 0; i < clock.size(); i++) {
            proto.addReplica(clock.replica(i))
                    .addNetwork(clock.counter(clock.replica(i), Scope.NETWORK))
                    .addEverywhere(clock.counter(clock.replica(i), Scope.EVERYWHERE));
        }
        return proto.build();
    }

    private static DotClock read(DotClockProto proto) {
        int size = proto.getReplicaCount();
        if (proto.getNetworkCount() != size || proto.getEverywhereCount() != size) {
            throw new IllegalArgumentException("a clock whose lists differ in length");
        }
        return DotClock.of(
                proto.getReplicaList().stream().mapToLong(Long::longValue).toArray(),
                proto.getNetworkList().stream().mapToLong(Long::longValue).toArray(),
                proto.getEverywhereList().stream().mapToLong(Long::longValue).toArray());
    }

    private static StatementProto write(Frame.Statement statement) {
        return StatementProto.newBuilder()
                .setUnit(statement.unit())
                .setBoot(statement.boot())
                .setNumber(statement.number())
                .setStamp(statement.stamp())
                .setClock(write(statement.clock()))
                .build();
    }

    private static Frame.Statement read(StatementProto proto) {
        return new Frame.Statement(
                proto.getUnit(), proto.getBoot(), proto.getNumber(), proto.getStamp(), read(proto.getClock()));
    }

    private static DescentProto write(Frame.Descent descent) {
        ByteBuffer digests = ByteBuffer.allocate(descent.digests().length * Long.BYTES);
        digests.asLongBuffer().put(descent.digests());
        return DescentProto.newBuilder()
                .setScope(number(descent.scope()))
                .setLevel(descent.level())
                .addAllNodes(IntStream.of(descent.nodes()).boxed().toList())
                .setDigests(ByteString.copyFrom(digests.array()))
                .build();
    }

    private static Frame.Descent read(DescentProto proto) {
        int[] nodes = proto.getNodesList().stream().mapToInt(Integer::intValue).toArray();
        int level = proto.getLevel();
        if (level < 0 || level > 2 || proto.getDigests().size() != nodes.length * CHILDREN * Long.BYTES) {
            throw new IllegalArgumentException("a descent that does not fit the tree");
        }
        int most = 1 << 5 * level;
        for (int node : nodes) {
            if (node < 0 || node >= most) {
                throw new IllegalArgumentException("a descent into node " + node + " of level " + level);
            }
        }
        long[] digests = new long[nodes.length * CHILDREN];
        ByteBuffer.wrap(proto.getDigests().toByteArray()).asLongBuffer().get(digests);
        return new Frame.Descent(scope(proto.getScope()), level, nodes, digests);
    }

    private static ItemsProto write(Frame.Items items) {
        ItemsProto.Builder proto = ItemsProto.newBuilder().setScope(number(items.scope()));
        for (Frame.Items.Leaf leaf : items.leaves()) {
            proto.addLeaves(leaf.bucket()).addCounts(leaf.items().size());
            for (Frame.Item item : leaf.items()) {
                proto.addKey(item.keyHash())
                        .addStamp(item.stamp())
                        .addReplica(item.replica())
                        .addCounter(item.counter());
            }
        }
        return proto.build();
    }

    private static Frame.Items read(ItemsProto proto) {
        int items = proto.getKeyCount();
        int said = 0;
        for (int count : proto.getCountsList()) {
            said = count < 0 || count > items ? -1 : said + count;
        }
        boolean fits = proto.getCountsCount() == proto.getLeavesCount()
                && said == items
                && proto.getStampCount() == items
                && proto.getReplicaCount() == items
                && proto.getCounterCount() == items;
        if (!fits) {
            throw new IllegalArgumentException("items whose lists differ in length");
        }
        int[] at = {0};
        return new Frame.Items(
                scope(proto.getScope()),
                IntStream.range(0, proto.getLeavesCount())
                        .mapToObj(leaf -> new Frame.Items.Leaf(
                                bucket(proto.getLeaves(leaf)),
                                IntStream.range(0, proto.getCounts(leaf))
                                        .mapToObj(each -> item(proto, at[0]++))
                                        .toList()))
                        .toList());
    }

    private static Frame.Item item(ItemsProto proto, int at) {
        return new Frame.Item(proto.getKey(at), proto.getStamp(at), proto.getReplica(at), proto.getCounter(at));
    }

    private static RepairProto write(Frame.Repair repair) {
        RepairProto.Builder proto =
                RepairProto.newBuilder().addAllEntries(write(repair.entries())).setScope(number(repair.scope()));
        repair.wanted().forEach(wanted -> proto.addWantedLeaves(wanted.bucket()).addWantedKeys(wanted.keyHash()));
        return proto.build();
    }

    private static Frame.Repair read(RepairProto proto) {
        if (proto.getWantedLeavesCount() != proto.getWantedKeysCount()) {
            throw new IllegalArgumentException("wishes whose lists differ in length");
        }
        return new Frame.Repair(
                readEntries(proto.getEntriesList()),
                scope(proto.getScope()),
                IntStream.range(0, proto.getWantedKeysCount())
                        .mapToObj(
                                i -> new Frame.Repair.Wanted(bucket(proto.getWantedLeaves(i)), proto.getWantedKeys(i)))
                        .toList());
    }

    private static int bucket(int number) {
        if (number < 0 || number >= 1 << 15) {
            throw new IllegalArgumentException("leaf " + number);
        }
        return number;
    }

    private static int number(Scope scope) {
        return scope == Scope.NETWORK ? 1 : 0;
    }

    private static Scope scope(int number) {
        return switch (number) {
            case 0 -> Scope.EVERYWHERE;
            case 1 -> Scope.NETWORK;
            default -> throw new IllegalArgumentException("scope " + number);
        };
    }
}
