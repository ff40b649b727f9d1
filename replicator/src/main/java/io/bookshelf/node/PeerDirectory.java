package io.bookshelf.node;

import io.bookshelf.catalogue.SystemKeys;
import io.bookshelf.catalogue.SystemKeys.Role;
import io.bookshelf.link.PeerAddress;
import io.bookshelf.pki.FileStamp;
import java.io.Closeable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which units there are and where: what a {@code peers.toml} says, which is watched, and what the state under
 * {@code bookshelf/units/} says. A unit is listed once either has named it, until the state says that it is retired: it does
 * not help to take it out of the file, since what it wrote while it was away must not be forgotten. What the file names stays
 * known all the same, and is dialled now and then: nothing that travels takes it from this unit. Any thread.
 */
public final class PeerDirectory implements Closeable {
    private static final Logger log = LoggerFactory.getLogger(PeerDirectory.class);
    private static final long LOOK_MILLIS = 1_000;
    private static final String UNIT_ROLE = "unit";

    /** More units that the state alone names are not looked at. */
    private static final int MOST_STATED = 256;

    private static final int MOST_LISTED = 2 * MOST_STATED;

    /** Keeps what has to survive restarts. */
    public interface Memory {
        /** What was saved last, null for nothing. */
        byte @Nullable [] load();

        /** Keeps this. Called rarely, on any thread. */
        void save(byte[] bytes);
    }

    private final @Nullable Path file;
    private final Memory memory;
    private final Runnable changed;
    private final ScheduledExecutorService looking = Executors.newSingleThreadScheduledExecutor(
            task -> Thread.ofPlatform().name("bookshelf-peers").daemon().unstarted(task));

    // Guarded by this.
    private final Set<String> everListed = new TreeSet<>();
    private final Set<String> retired = new TreeSet<>();
    private final Map<String, StatedUnit> stated = new TreeMap<>();
    private Map<String, List<PeerAddress>> inFile = Map.of();
    private FileStamp seen = FileStamp.NONE;

    /**
     * @param file the list to start from, null for none
     * @param changed is called whenever an answer has changed, on the thread that brought the news
     * @throws NodeException if the file cannot be read or is wrong; the message says what to do
     */
    public PeerDirectory(@Nullable Path file, Memory memory, Runnable changed) {
        this.file = file;
        this.memory = memory;
        this.changed = changed;
        remember(memory.load());
        if (file != null) {
            seen = FileStamp.of(file);
            inFile = PeersFile.read(file);
            if (everListed.addAll(inFile.keySet())) {
                memory.save(remembered());
            }
            looking.scheduleWithFixedDelay(this::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** The units that have ever been named and are not retired; whether this unit is among them is for the list to say. */
    public synchronized Set<String> listed() {
        Set<String> listed = new TreeSet<>(everListed);
        listed.removeAll(retired);
        return Set.copyOf(listed);
    }

    /** Units that the file names, and the state says are retired: they are dialled rarely, and let in. */
    public synchronized Set<String> doubtful() {
        Set<String> doubtful = new TreeSet<>(retired);
        doubtful.retainAll(inFile.keySet());
        return Set.copyOf(doubtful);
    }

    /** Is the unit let in though its certificate has expired? Whom the file names always is, whatever the state says. */
    public synchronized boolean isKnown(String unit) {
        return inFile.containsKey(unit) || everListed.contains(unit) && !retired.contains(unit);
    }

    /** Where a unit may be reached, what the file says first; of one that is retired, that alone. */
    public synchronized List<PeerAddress> addresses(String unit) {
        List<PeerAddress> addresses = new ArrayList<>(inFile.getOrDefault(unit, List.of()));
        StatedUnit said = stated.get(unit);
        if (said != null && !retired.contains(unit)) {
            said.addresses().stream()
                    .filter(each -> !addresses.contains(each))
                    .forEach(each -> addresses.add(each.asStated()));
        }
        return addresses;
    }

    /**
     * The state says something of a unit.
     *
     * @param unit what follows {@code bookshelf/units/} in the key
     * @param value its value, null if it was deleted
     * @param writer what whoever wrote that is; of some it does not count, and of others not all of it does
     */
    public void state(String unit, byte @Nullable [] value, Role writer) {
        if (!PeersFile.isUnitId(unit)) {
            log.warn("peers: bookshelf/units/{} is passed over: no unit has such a name", plain(unit));
            return;
        }
        if (!SystemKeys.mayWrite(writer, SystemKeys.UNITS + unit)) {
            log.warn("peers: bookshelf/units/{} was written by somebody who may not; what it said before holds", unit);
            return;
        }
        StatedUnit says = null;
        if (value != null && value.length > 0) {
            try {
                says = StatedUnit.parse(value);
            } catch (IllegalArgumentException e) {
                log.warn("peers: bookshelf/units/{} {}; what it said before holds", unit, plain(e.getMessage()));
                return;
            }
        }
        if (take(unit, says, SystemKeys.mayRetire(writer))) {
            changed.run();
        }
    }

    private synchronized boolean take(String unit, @Nullable StatedUnit value, boolean mayRetire) {
        // The owner and the cloud may stand there too; they are not units that links are kept to.
        StatedUnit says = value != null && value.role().equals(UNIT_ROLE) ? value : null;
        if (says != null && stated.size() >= MOST_STATED && !stated.containsKey(unit)) {
            log.warn(
                    "peers: bookshelf/units/{} is passed over: the state names {} units, and no more are looked at",
                    unit,
                    MOST_STATED);
            return false;
        }
        StatedUnit before = says == null ? stated.remove(unit) : stated.put(unit, says);
        boolean memorable = says != null && mayList(unit) && everListed.add(unit);
        if (says != null && mayRetire && everListed.contains(unit)) {
            memorable |= says.retired() ? retired.add(unit) : retired.remove(unit);
        }
        if (memorable) {
            memory.save(remembered());
        }
        return memorable || !Objects.equals(before, says);
    }

    /** All units wait with what was deleted for those that were ever listed, so that these are bounded, too. */
    private boolean mayList(String unit) {
        return everListed.contains(unit) || everListed.size() < MOST_LISTED;
    }

    private void look() {
        try {
            if (file != null && readAgain(file)) {
                log.info("peers: {} read again", file);
                changed.run();
            }
        } catch (RuntimeException e) {
            log.warn("peers: not changed, because: {}", e.getMessage());
        }
    }

    /** The stamp is taken first, so that a change while it is read is seen the next time, and a mistake is told once. */
    private synchronized boolean readAgain(Path list) {
        FileStamp now = FileStamp.of(list);
        if (now.equals(seen)) {
            return false;
        }
        seen = now;
        Map<String, List<PeerAddress>> read = PeersFile.read(list);
        boolean different = !read.equals(inFile);
        inFile = read;
        if (everListed.addAll(read.keySet())) {
            memory.save(remembered());
        }
        return different;
    }

    /** A unit a line, those that are retired with a dash before their name, the others with a plus. */
    private byte[] remembered() {
        StringBuilder text = new StringBuilder();
        everListed.forEach(unit ->
                text.append(retired.contains(unit) ? "-" : "+").append(unit).append('\n'));
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    private void remember(byte @Nullable [] bytes) {
        if (bytes == null) {
            return;
        }
        new String(bytes, StandardCharsets.US_ASCII)
                .lines()
                .filter(line -> line.length() > 1)
                .forEach(line -> {
                    everListed.add(line.substring(1));
                    if (line.charAt(0) == '-') {
                        retired.add(line.substring(1));
                    }
                });
    }

    private static String plain(@Nullable String text) {
        String some = String.valueOf(text);
        return some.substring(0, Math.min(200, some.length())).replaceAll("\\p{Cntrl}", " ");
    }

    @Override
    public void close() {
        looking.shutdownNow();
    }
}
