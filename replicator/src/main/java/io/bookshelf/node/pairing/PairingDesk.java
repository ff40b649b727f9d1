package io.bookshelf.node.pairing;

import io.bookshelf.broker.peer.RefusalLog;
import io.bookshelf.broker.web.SignIn.Answer;
import io.bookshelf.bus.Submission;
import io.bookshelf.bus.WallClock;
import io.bookshelf.bus.Write;
import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.ValueProperties;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Pairs phones by the code that was opened for them. One thread. */
final class PairingDesk {
    /** By which a pairing is opened; deleted when it is over. */
    static final Key CODE = Key.of("local/bookshelf/pairing");

    private static final Logger log = LoggerFactory.getLogger(PairingDesk.class);

    private final String network;
    private final String unit;
    private final PhoneSigner signer;
    private final Phones phones;
    private final WallClock clock;
    private final RefusalLog refusals;
    private final ScheduledExecutorService thread;
    private final Consumer<Submission> bus;
    private @Nullable OpenPairing open;
    private @Nullable ScheduledFuture<?> ending;

    /** The unit takes the code's key away. */
    record CodeSpent(Write write) implements Submission {
        CodeSpent() {
            this(new Write(CODE, new byte[0], 1, ValueProperties.NONE, 0));
        }

        @Override
        public int weight() {
            return 64;
        }
    }

    /**
     * A phone to be kept.
     *
     * @param settled told, on the desk's thread, why it was not kept, or null
     */
    record Registration(Write write, Consumer<@Nullable String> settled) implements Submission {
        @Override
        public int weight() {
            return 64 + write.value().length;
        }
    }

    /** @param thread the only one that calls anything here */
    PairingDesk(
            String network,
            String unit,
            PhoneSigner signer,
            Phones phones,
            WallClock clock,
            RefusalLog refusals,
            ScheduledExecutorService thread,
            Consumer<Submission> bus) {
        this.network = network;
        this.unit = unit;
        this.signer = signer;
        this.phones = phones;
        this.clock = clock;
        this.refusals = refusals;
        this.thread = thread;
        this.bus = bus;
    }

    /** Somebody on the unit has written the code's key, or deleted it. */
    void code(Entry entry, long since) {
        if (entry.deleted()) {
            close("the code was taken back");
            return;
        }
        close("another code takes its place");
        Fields fields = Fields.read(entry.value());
        String code = fields == null ? "" : fields.text("code");
        if (!OpenPairing.isCode(code)) {
            log.warn("sign-in: {} is ignored: it must be {\"code\":\"…\"} with eight digits", CODE);
            return;
        }
        String counts = fields == null ? "" : fields.text("counts");
        if (!List.of("", PhoneEntry.NETWORK, "unit", "cloud").contains(counts)) {
            log.warn("sign-in: {} is ignored: \"counts\" must be \"network\", \"unit\" or \"cloud\"", CODE);
            return;
        }
        String where = counts.isEmpty() ? PhoneEntry.NETWORK : counts.equals("unit") ? PhoneEntry.UNIT + unit : counts;
        OpenPairing opened = new OpenPairing(code, where, since);
        open = opened;
        ending = thread.schedule(
                () -> {
                    if (open == opened) {
                        close("its time is over");
                        bus.accept(new CodeSpent());
                    }
                },
                TimeUnit.SECONDS.toNanos(OpenPairing.SECONDS) - (clock.nanos() - since),
                TimeUnit.NANOSECONDS);
        log.info("sign-in: a phone may be paired, for {} s", OpenPairing.SECONDS);
    }

    private void close(String why) {
        if (open != null) {
            open = null;
            if (ending != null) {
                ending.cancel(false);
            }
            log.info("sign-in: no phone may be paired any more: {}", why);
        }
    }

    /** @param answer takes the answer, now or when the phone is kept */
    void pair(Fields asked, String from, Consumer<Answer> answer) throws Mistake {
        PhoneKey key = PhoneKey.read(asked.text("key"));
        if (key == null) {
            throw new Mistake(400, "The key must be a public key of P-256: its SubjectPublicKeyInfo in base64.");
        }
        String name = Phones.name(asked.text("name"));
        if (name == null) {
            throw new Mistake(400, "The name must be a line of 1 to 64 characters.");
        }
        if (phones.wasRevoked(key.id())) {
            throw new Mistake(409, "This key was revoked, and never counts again: make another.");
        }
        long now = clock.nanos();
        OpenPairing pairing = open;
        if (pairing == null || pairing.isOver(now)) {
            throw new Mistake(410, "No phone may be paired now: run bookshelf pair on the unit, which shows a code.");
        }
        switch (pairing.attempt(asked.text("code").replace(" ", ""), now)) {
            case TOO_SOON -> throw new Mistake(429, "One try a second: wait a moment.", 1);
            case WRONG -> answer.accept(wrong(pairing, from));
            case RIGHT -> {
                close("a phone has used the code");
                bus.accept(registration(key, asked.text("key"), name, pairing.counts, answer));
                bus.accept(new CodeSpent());
            }
        }
    }

    private Answer wrong(OpenPairing pairing, String from) {
        int left = pairing.triesLeft();
        refusals.say(from + " refused: a wrong code; tries left: " + left);
        String sentence = "That is not the code.";
        if (left == 0) {
            close("the code was wrong " + OpenPairing.TRIES + " times");
            bus.accept(new CodeSpent());
            sentence = "That is not the code, and it counts no more: run bookshelf pair again.";
        }
        return new Answer(403, Fields.write("error", sentence, "triesLeft", left), 0);
    }

    private Registration registration(
            PhoneKey key, String keyText, String name, String counts, Consumer<Answer> answer) {
        String now = Instant.ofEpochMilli(clock.millis()).toString();
        PhoneEntry phone = new PhoneEntry(key, keyText, name, now, unit, counts, new PhoneSigner.Signed("", ""));
        byte[] value = phone.signedBy(signer, network);
        Write write = new Write(Key.of(Phones.PREFIX + key.id()), value, 1, ValueProperties.NONE, 0);
        return new Registration(write, refusal -> {
            if (refusal == null) {
                log.info("sign-in: paired {} ({})", name.replaceAll("\\p{C}", "?"), key.id());
                answer.accept(new Answer(201, Fields.write("id", key.id()), 0));
            } else {
                log.warn("sign-in: a phone could not be paired: {}", refusal);
                answer.accept(new Answer(503, Fields.write("error", "It could not be kept: " + refusal + "."), 0));
            }
        });
    }
}
