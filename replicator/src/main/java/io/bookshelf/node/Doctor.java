package io.bookshelf.node;

import io.bookshelf.catalogue.Catalogue;
import io.bookshelf.link.PeerAddress;
import io.bookshelf.node.Finding.Level;
import io.bookshelf.pki.PkiException;
import io.bookshelf.pki.UnitCertificate;
import io.bookshelf.store.Progress;
import io.bookshelf.store.StoreExamination;
import io.bookshelf.store.StoreInspection;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Looks at all that a unit needs, from outside the unit and without changing anything; {@link #repair} does what can be done. */
public final class Doctor {
    private static final long LITTLE_ROOM = 64L * 1024 * 1024;
    private static final Duration SOON = Duration.ofDays(14);

    private final InstantSource time;
    private final Progress progress;
    private final List<Finding> findings = new ArrayList<>();

    private Doctor(InstantSource time, Progress progress) {
        this.time = time;
        this.progress = progress;
    }

    /** Looks at all that these settings name. */
    public static List<Finding> examine(NodeConfig config, InstantSource time, Progress progress) {
        Doctor doctor = new Doctor(time, progress);
        doctor.clock(config);
        doctor.catalogue(config);
        doctor.access(config);
        doctor.certificates(config);
        doctor.peers(config);
        doctor.data(config.data());
        return doctor.findings;
    }

    /** Looks at a data folder alone, where the settings cannot be read. */
    public static List<Finding> examineData(Path data, Progress progress) {
        Doctor doctor = new Doctor(InstantSource.system(), progress);
        doctor.data(data);
        return doctor.findings;
    }

    private void add(Level level, String about, String says) {
        findings.add(new Finding(level, about, says));
    }

    private void clock(NodeConfig config) {
        String says = config.trustWallClock()
                ? "the settings vouch for it"
                : new LinuxTime().synchronised()
                        ? "the kernel calls it synchronised"
                        : "the kernel does not call it synchronised now: unless a peer knows the time, a time to live ends"
                                + " only as long as the unit runs at which it was given (or set clock.trust = \"always\""
                                + " if the clock is right)";
        add(Level.OK, "clock", says);
    }

    private void catalogue(NodeConfig config) {
        if (config.catalogue().isEmpty()) {
            return;
        }
        try {
            Catalogue all = CatalogueFiles.read(config.catalogue());
            add(Level.OK, "catalogue", all.descriptions().size() + " patterns of keys are described");
        } catch (NodeException e) {
            add(Level.BROKEN, "catalogue", e.getMessage() + "; the unit does not start before that");
        }
    }

    private void access(NodeConfig config) {
        try {
            AccessWatch.policy(config.access());
            Path passwords = config.access().passwordFile();
            if (passwords != null) {
                add(Level.OK, "access", "the passwords in " + passwords + " can be read");
            }
        } catch (RuntimeException e) {
            add(Level.BROKEN, "access", e.getMessage() + "; the unit does not start before that");
        }
    }

    private void certificates(NodeConfig config) {
        Path folder = config.pki();
        if (folder == null) {
            add(Level.OK, "certificate", "none is set: the unit stays alone");
            return;
        }
        Instant now = time.instant();
        try {
            UnitCertificate found = UnitCertificate.of(folder, config.data().resolve("crl"), now);
            certificate(found, config, now);
            key(found);
            for (Path list : found.brokenLists()) {
                add(
                        Level.WARNING,
                        "certificate",
                        "the revocation list " + list
                                + " is damaged: the unit goes without it until a peer hands it out");
            }
        } catch (PkiException e) {
            add(Level.BROKEN, "certificate", e.getMessage() + "; the unit does not start before that");
        }
    }

    private void certificate(UnitCertificate found, NodeConfig config, Instant now) {
        String unit = config.broker().unit();
        String renew = config.certificates().signer() == null
                ? "renew it with bookshelf pki renew"
                : "the unit asks " + config.certificates().signer() + " for another; see that this can be reached";
        if (!found.who().name().equals(unit)) {
            add(
                    Level.BROKEN,
                    "certificate",
                    "it is of " + found.who() + ", and the unit is named " + unit + ": give it its own certificate");
        } else if (!found.refused().isEmpty()) {
            add(
                    Level.BROKEN,
                    "certificate",
                    "other units do not let this one in: " + found.refused()
                            + "; issue another with bookshelf pki issue");
        } else if (found.until().isBefore(now)) {
            add(Level.BROKEN, "certificate", "it has expired on " + found.until() + ": " + renew);
        } else if (found.until().isBefore(now.plus(SOON))) {
            add(Level.WARNING, "certificate", "it ends on " + found.until() + ": " + renew);
        } else {
            add(Level.OK, "certificate", "of " + found.who() + ", good until " + found.until());
        }
    }

    private void key(UnitCertificate found) {
        if (found.keyIsOpen()) {
            add(
                    Level.WARNING,
                    "key",
                    found.key() + " can be read by others: chmod 600 it, as bookshelf doctor --repair does");
        } else {
            add(Level.OK, "key", "its owner's alone");
        }
    }

    private void peers(NodeConfig config) {
        Path file = config.peers();
        if (file == null) {
            return;
        }
        try {
            Map<String, List<PeerAddress>> units = PeersFile.read(file);
            long others = units.keySet().stream()
                    .filter(unit -> !unit.equals(config.broker().unit()))
                    .count();
            if (others == 0) {
                add(Level.WARNING, "peers", file + " lists no other unit: nobody is dialled");
                return;
            }
            add(Level.OK, "peers", others + " other units are listed");
        } catch (NodeException e) {
            add(Level.BROKEN, "peers", e.getMessage() + "; the unit does not start before that");
        }
    }

    private void data(Path data) {
        StoreInspection found = StoreInspection.of(data, progress);
        if (!found.there()) {
            add(Level.OK, "data", data + " is not there yet: the unit makes it at its start");
            return;
        }
        if (!found.problem().isEmpty()) {
            add(
                    Level.BROKEN,
                    "data",
                    data + ": " + found.problem() + "; the unit does not start before it is a folder of this user's");
            return;
        }
        add(Level.OK, "data", data + (found.inUse() ? " is in use: the unit runs" : " is in nobody's use"));
        rights(data);
        room(found);
        leftovers(found);
        store(found);
    }

    private void rights(Path data) {
        List<Path> open = StoreInspection.openFiles(data);
        if (!open.isEmpty()) {
            add(
                    Level.WARNING,
                    "data",
                    open.getFirst() + (open.size() == 1 ? "" : " and " + (open.size() - 1) + " more in that folder")
                            + " can be read by others, and passwords are among the values: --repair, or the next start,"
                            + " makes them their owner's alone");
        }
    }

    private void room(StoreInspection found) {
        String free = (found.freeBytes() >> 20) + " MiB are free on its disk";
        if (found.freeBytes() < found.wantedBytes()) {
            add(Level.BROKEN, "room", free + ": the unit refuses writes, deletes excepted, until somebody frees some");
        } else if (found.freeBytes() < LITTLE_ROOM) {
            add(Level.WARNING, "room", free + ": free some before the unit has to refuse writes");
        } else {
            add(Level.OK, "room", free);
        }
    }

    private void leftovers(StoreInspection found) {
        if (!found.leftovers().isEmpty() && !found.inUse()) {
            add(
                    Level.WARNING,
                    "leftovers",
                    String.join(", ", found.leftovers())
                            + " was left by work that was cut off: --repair, or the next start, ends it");
        }
        if (!found.setAside().isEmpty()) {
            add(
                    Level.OK,
                    "set aside",
                    "store files that could not be used, kept for whoever wants to know why: "
                            + String.join(", ", found.setAside()));
        }
    }

    private void store(StoreInspection found) {
        StoreExamination store = found.store();
        String doing = found.inUse()
                ? "the running unit meets it by itself, and $bookshelf/health tells of it"
                : "the unit takes what is whole into a fresh file, keeps this one in set-aside, and peers bring what was"
                        + " lost; --repair does the former now";
        switch (store.kind()) {
            case ABSENT, EMPTY -> add(Level.OK, "store", "nothing has been stored yet");
            case READABLE -> add(Level.OK, "store", "of an earlier format: the unit takes it over at its start");
            case FOREIGN ->
                add(
                        Level.BROKEN,
                        "store",
                        "a later version of Bookshelf wrote it: run that one; this one keeps it in set-aside and begins"
                                + " with an empty store");
            case DAMAGED -> add(Level.BROKEN, "store", "it does not open (" + store.problem() + "): " + doing);
            case UNREADABLE ->
                add(Level.BROKEN, "store", "it cannot be read (" + store.problem() + "): make it this user's");
            case CURRENT -> rows(store, doing);
        }
    }

    private void rows(StoreExamination store, String doing) {
        List<String> wrong = new ArrayList<>();
        if (store.damagedRows() > 0) {
            wrong.add(store.damagedRows() + " rows are damaged");
        }
        if (store.missingRows() > 0) {
            wrong.add(store.missingRows() + " rows are missing");
        }
        if (!store.whole()) {
            wrong.add("it is out of order");
        }
        if (!store.indexesRight()) {
            wrong.add("an index is wrong");
        }
        String what = store.keys() + " keys, " + store.rows() + " rows that are whole";
        if (wrong.isEmpty()) {
            String lost = store.lostRows() == 0
                    ? ""
                    : "; " + store.lostRows() + " more were lost when it was made from a damaged file";
            add(Level.OK, "store", what + lost);
        } else {
            add(Level.BROKEN, "store", String.join(", ", wrong) + ", beside " + what + ": " + doing);
        }
    }

    /**
     * Does what can be done while the unit does not run: puts the store right as the unit would at its start, and makes the
     * certificate's key its owner's alone.
     *
     * @param pki the certificate folder, null for none
     * @return what was done, as sentences
     * @throws io.bookshelf.store.StoreException if the store would have to be put right and a unit holds it, or cannot be
     */
    public static List<String> repair(Path data, @Nullable Path pki) {
        List<String> done = new ArrayList<>();
        if (pki != null) {
            closeKey(pki, data, done);
        }
        int closed = StoreInspection.closeFiles(data).size();
        if (closed > 0) {
            done.add(data + " and what is in it is its owner's alone now");
        }
        StoreInspection found = StoreInspection.of(data, Progress.UNSEEN);
        boolean ours =
                switch (found.store().kind()) {
                    case ABSENT, EMPTY, CURRENT, READABLE, DAMAGED -> true;
                    case FOREIGN, UNREADABLE -> false;
                };
        boolean unsound = !found.store().isSound();
        boolean toDo = unsound || !found.leftovers().isEmpty();
        if (found.there() && found.problem().isEmpty() && ours && toDo) {
            long rows = StoreInspection.repair(data);
            done.add(
                    unsound
                            ? "the store was replaced by a fresh file with the " + rows
                                    + " rows that are whole; the old one is in set-aside"
                            : "what was left by work that was cut off is gone");
        }
        return done;
    }

    private static void closeKey(Path pki, Path data, List<String> done) {
        try {
            UnitCertificate found = UnitCertificate.of(pki, data.resolve("crl"), Instant.EPOCH);
            if (found.keyIsOpen()) {
                found.closeKey();
                done.add(found.key() + " is its owner's alone now");
            }
        } catch (PkiException broken) {
            // There is nothing of it to be repaired here; what is wrong is a finding.
        }
    }
}
