package io.bookshelf.node.replication;

import io.bookshelf.schema.Digest;
import io.bookshelf.schema.DotClock;
import io.bookshelf.schema.Entry;
import io.bookshelf.schema.HybridClock;
import io.bookshelf.schema.Scope;
import io.bookshelf.schema.wire.Frame;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Frames as lines for people. Replica ids are shown as the start that they stand for, {@code hall/2} for the hall's second;
 * times since the simulation began; of digests and hashes the first 8 digits.
 */
final class FrameText {
    private static final int SHORT = 8;

    private final Map<Long, String> starts = new HashMap<>();
    private final Map<String, Integer> counted = new HashMap<>();

    String line(Script.Sent sent) {
        if (sent.frame() instanceof Frame.Hello hello && !starts.containsKey(hello.boot())) {
            starts.put(hello.boot(), sent.from() + "/" + counted.merge(sent.from(), 1, Integer::sum));
        }
        return "%6d %s > %s  %s".formatted(sent.at(), sent.from(), sent.to(), text(sent.frame()));
    }

    private String text(Frame frame) {
        return switch (frame) {
            case Frame.Hello hello -> text(hello);
            case Frame.Entries entries ->
                "entries after %d through %d, own %d/%d: %s"
                        .formatted(
                                entries.from(),
                                entries.through(),
                                entries.ownNetwork(),
                                entries.ownEverywhere(),
                                list(entries.entries().stream().map(this::text)));
            case Frame.Acknowledge acknowledge -> "acknowledge " + acknowledge.through();
            case Frame.Heartbeat beat -> text(beat);
            case Frame.AskClock ask -> "ask clock";
            case Frame.Clock clock -> "clock " + text(clock.clock()) + ", " + text(clock.roots());
            case Frame.Statements statements ->
                "statements " + list(statements.statements().stream().map(this::text));
            case Frame.Neighbours neighbours -> "neighbours " + neighbours.units();
            case Frame.Descent descent -> text(descent);
            case Frame.Items items ->
                "items %s %s"
                        .formatted(
                                text(items.scope()),
                                list(items.leaves().stream().map(this::text)));
            case Frame.Repair repair ->
                "repair %s %s, wants %s"
                        .formatted(
                                text(repair.scope()),
                                list(repair.entries().stream().map(this::text)),
                                list(repair.wanted().stream()
                                        .map(wanted -> wanted.bucket() + ":" + hash(wanted.keyHash()))));
            case Frame.Bye bye -> "bye " + bye.reason();
            case Frame.Part part -> "a piece of a frame";
            case Frame.Unknown unknown -> "a frame of a later version";
        };
    }

    private static String list(Stream<String> parts) {
        return parts.collect(Collectors.joining("; ", "[", "]"));
    }

    private String text(Frame.Hello hello) {
        Frame.Cursor cursor = hello.cursor();
        return "hello protocol %d (oldest %d), start %s began at %d, cursor %s%s, clock %s, wall %s"
                .formatted(
                        hello.protocol(),
                        hello.oldest(),
                        start(hello.boot()),
                        hello.began(),
                        cursor == null ? "none" : start(cursor.boot()) + " " + cursor.sequence(),
                        hello.empty() ? ", empty" : "",
                        text(hello.clock()),
                        wall(hello.wallMillis(), hello.wallKnown()));
    }

    private String text(Frame.Heartbeat beat) {
        Frame.Roots roots = beat.roots();
        return "heartbeat %d echoes %d after %d, sent %d of %d, %s, clock %s, wall %s"
                .formatted(
                        beat.number(),
                        beat.echo(),
                        beat.echoAgeMillis(),
                        beat.sent(),
                        beat.sequence(),
                        roots == null ? "still counting" : text(roots),
                        hash(beat.clockHash()),
                        wall(beat.wallMillis(), beat.wallKnown()));
    }

    private static String text(Frame.Descent descent) {
        String children = IntStream.range(0, descent.nodes().length)
                .mapToObj(i -> {
                    long[] digests = Arrays.copyOfRange(
                            descent.digests(),
                            i * descent.digests().length / descent.nodes().length,
                            (i + 1) * descent.digests().length / descent.nodes().length);
                    return descent.nodes()[i] + ": "
                            + IntStream.range(0, digests.length)
                                    .filter(child -> digests[child] != 0)
                                    .mapToObj(child -> child + "=" + hash(digests[child]))
                                    .collect(Collectors.joining(" "));
                })
                .collect(Collectors.joining("; ", "[", "]"));
        return "descent %s level %d %s".formatted(text(descent.scope()), descent.level(), children);
    }

    private String text(Frame.Items.Leaf leaf) {
        return leaf.bucket() + ": "
                + leaf.items().stream()
                        .map(item -> hash(item.keyHash()) + " @ " + stamp(item.stamp()) + " " + start(item.replica())
                                + "#" + item.counter())
                        .collect(Collectors.joining(", "));
    }

    private String text(Frame.Statement statement) {
        return "%s as %s, last stamp %s, clock %s"
                .formatted(
                        statement.unit(), start(statement.boot()), stamp(statement.stamp()), text(statement.clock()));
    }

    private String text(Entry entry) {
        StringBuilder seen = new StringBuilder();
        for (int i = 0; i < entry.seen().size(); i++) {
            long replica = entry.seen().replica(i);
            seen.append(" saw ")
                    .append(start(replica))
                    .append('#')
                    .append(entry.seen().counter(replica));
        }
        return "%s%s @ %s %s#%d%s"
                .formatted(
                        entry.key(),
                        entry.deleted() ? " deleted" : "=" + new String(entry.value(), StandardCharsets.UTF_8),
                        stamp(entry.version().stamp()),
                        start(entry.version().replica()),
                        entry.counter(),
                        seen);
    }

    private String text(DotClock clock) {
        return IntStream.range(0, clock.size())
                .mapToObj(i -> "%s %d/%d"
                        .formatted(
                                start(clock.replica(i)),
                                clock.counter(clock.replica(i), Scope.NETWORK),
                                clock.counter(clock.replica(i), Scope.EVERYWHERE)))
                .collect(Collectors.joining(", ", "{", "}"));
    }

    private static String text(Frame.Roots roots) {
        return "roots " + digest(roots.network()) + "/" + digest(roots.everywhere());
    }

    private static String text(Scope scope) {
        return scope.name().toLowerCase(Locale.ROOT);
    }

    private String start(long replica) {
        return starts.getOrDefault(replica, Long.toHexString(replica));
    }

    private static String digest(Digest digest) {
        return digest.equals(Digest.ZERO) ? "0" : digest.toString().substring(0, SHORT);
    }

    private static String hash(long hash) {
        return HexFormat.of().toHexDigits(hash).substring(0, SHORT);
    }

    private static String stamp(long stamp) {
        return stamp == 0 ? "0" : HybridClock.millis(stamp) - SimWorld.EPOCH + "." + (stamp & 0xFFFF);
    }

    private static String wall(long millis, boolean known) {
        return millis - SimWorld.EPOCH + (known ? "" : " unknown");
    }
}
