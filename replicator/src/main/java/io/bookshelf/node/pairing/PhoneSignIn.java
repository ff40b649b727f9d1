package io.bookshelf.node.pairing;

import io.bookshelf.broker.access.PeerAccess;
import io.bookshelf.broker.access.Tokens;
import io.bookshelf.broker.peer.RefusalLog;
import io.bookshelf.broker.web.SignIn;
import io.bookshelf.bus.Commit;
import io.bookshelf.bus.Submission;
import io.bookshelf.bus.WallClock;
import io.bookshelf.bus.Write;
import io.bookshelf.node.pairing.PairingDesk.CodeSpent;
import io.bookshelf.node.pairing.PairingDesk.Registration;
import io.bookshelf.schema.Entry;
import io.bookshelf.store.StoreReader;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pairs phones with the network and signs them in at this unit. What is open here ends with the process; the phones are state,
 * the same on all units. A thread of its own does one thing at a time, in the order of the commits.
 */
public final class PhoneSignIn implements SignIn, Tokens, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PhoneSignIn.class);

    /** Requests that may wait. */
    private static final int MOST_WAITING = 64;

    private static final int THREAD_SECONDS = 10;
    private static final String SIGNED_ROW = "phones-signed";
    private static final String BEGUN_ROW = "phones-begun";
    private static final String AUTHOR = "author/";

    /** Where in such a row the counter of the keys that go everywhere is. */
    private static final int EVERYWHERE_AT = 2 * Long.BYTES;

    private final String network;
    private final WallClock clock;
    private final Phones phones;
    private final PairingDesk pairing;
    private final TokenDesk tokens;
    private final AtomicInteger waiting = new AtomicInteger();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(
            1, task -> Thread.ofPlatform().name("bookshelf-signin").daemon().unstarted(task));
    private final RevokedPhones revoked;
    private final PhoneSigner signer;
    private final List<Submission> early = new ArrayList<>();
    private boolean oldCode;
    private boolean upgraded;
    private volatile Consumer<Submission> bus = early::add;
    private volatile @Nullable Supplier<StoreReader> readers;

    /** @param signer signs what is paired here, and judges what was paired elsewhere */
    public PhoneSignIn(String network, String unit, WallClock clock, PhoneSigner signer) {
        this.network = network;
        this.signer = signer;
        this.revoked = new RevokedPhones(submission -> bus.accept(submission));
        this.clock = clock;
        thread.setKeepAliveTime(THREAD_SECONDS, TimeUnit.SECONDS);
        thread.allowCoreThreadTimeOut(true);
        thread.setRemoveOnCancelPolicy(true);
        RefusalLog refusals = new RefusalLog(clock::nanos, line -> log.info("sign-in: {}", line));
        this.phones = new Phones(network, unit, signer, revoked, refusals, () -> listeners.forEach(Runnable::run));
        this.pairing = new PairingDesk(
                network, unit, signer, phones, clock, refusals, thread, submission -> bus.accept(submission));
        this.tokens = new TokenDesk(network, unit, phones, refusals, new SecureRandom());
    }

    /** Takes up the phones that are paired already, before anybody may ask. */
    public void load(Supplier<StoreReader> from) {
        readers = from;
        try (StoreReader reader = from.get()) {
            Entry code = reader.get(PairingDesk.CODE);
            oldCode = code != null && !code.deleted();
            upgraded = reader.kept(SIGNED_ROW).containsKey(SIGNED_ROW);
            revoked.load(reader);
            scan(reader, phones::apply);
        }
    }

    private static void scan(StoreReader reader, Consumer<Entry> each) {
        String after = null;
        do {
            StoreReader.Page<String> page = reader.scan(Phones.PREFIX, after, 0, 256, 256 * 1024);
            page.entries().forEach(each);
            after = page.next();
        } while (after != null);
    }

    /** Begins to write, through a bus that runs. A code from before the start counts for nothing, and goes. */
    public void begin(Consumer<Submission> to) {
        bus = to;
        early.forEach(to);
        early.clear();
        if (oldCode) {
            to.accept(new CodeSpent());
        }
        if (!upgraded) {
            // With the first commit of a start the store notes how far the start before it had come.
            to.accept(new Kept(Map.of(BEGUN_ROW, new byte[] {1})));
        } else {
            judgeAgain();
        }
    }

    /** Certificates, or what is revoked of them, changed: whose signature counts is asked anew of all phones. */
    public void judgeAgain() {
        later(() -> read(reader -> scan(reader, entry -> {
            phones.apply(entry);
            PhoneEntry phone = PhoneEntry.of(Fields.read(entry.value()));
            if (phone != null && phones.get(phone.key().id()) != null && signer.isOwnOfBefore(phone.signed())) {
                sign(entry, phone);
            }
        })));
    }

    private void read(Consumer<StoreReader> job) {
        Supplier<StoreReader> from = readers;
        if (from != null) {
            try (StoreReader reader = from.get()) {
                job.accept(reader);
            }
        }
    }

    private void sign(Entry entry, PhoneEntry phone) {
        // A signature must not outdo a delete that this unit has yet to hear of.
        bus.accept(new Signing(Write.amending(entry, phone.signedBy(signer, network))));
    }

    /** Once, after the version that signs has taken the place of one that did not: what this unit's own starts wrote. */
    private void signOwn() {
        read(reader -> {
            Map<String, byte[]> authors = reader.kept(AUTHOR);
            scan(reader, entry -> {
                PhoneEntry phone = PhoneEntry.of(Fields.read(entry.value()));
                if (phone == null || phone.isSigned() || !isOwn(entry, authors)) {
                    return;
                }
                if (!revoked.contains(phone.key().id())) {
                    log.info(
                            "sign-in: the entry of the phone {} is signed, which was paired here",
                            phone.key().id());
                    sign(entry, phone);
                }
            });
        });
        bus.accept(new Kept(Map.of(SIGNED_ROW, new byte[] {1})));
    }

    /** Did one of this unit's starts write that, by its replica id and by how far it had come? */
    private static boolean isOwn(Entry entry, Map<String, byte[]> authors) {
        byte[] counters =
                authors.get(AUTHOR + HexFormat.of().toHexDigits(entry.version().replica()));
        return counters != null
                && counters.length == EVERYWHERE_AT + Long.BYTES
                && entry.counter() <= ByteBuffer.wrap(counters).getLong(EVERYWHERE_AT);
    }

    private record Kept(Map<String, byte[]> kept) implements Submission {
        @Override
        public int weight() {
            return 64;
        }
    }

    private record Signing(Write write) implements Submission {
        @Override
        public int weight() {
            return 64 + write.value().length;
        }
    }

    /** On the writer's thread, in the order of the commits. */
    public void committed(Commit commit) {
        for (Commit.Outcome outcome : commit.outcomes()) {
            Entry entry = outcome.entry();
            if (entry != null) {
                String key = entry.key().name();
                if (key.startsWith(Phones.PREFIX)) {
                    later(() -> phones.apply(entry));
                } else if (entry.key().equals(PairingDesk.CODE) && !(outcome.submission() instanceof CodeSpent)) {
                    long now = clock.nanos();
                    later(() -> pairing.code(entry, now));
                }
            }
            if (outcome.submission() instanceof Kept kept
                    && kept.kept().containsKey(BEGUN_ROW)
                    && outcome.refusal() == null) {
                later(this::signOwn);
            }
            if (outcome.submission() instanceof Registration registration) {
                later(() -> registration.settled().accept(outcome.refusal()));
            }
        }
    }

    private void later(Runnable task) {
        try {
            thread.execute(() -> {
                try {
                    task.run();
                } catch (RuntimeException e) {
                    log.error("sign-in: a mistake of ours", e);
                }
            });
        } catch (RejectedExecutionException e) {
            // The unit stops.
        }
    }

    @Override
    public String network() {
        return network;
    }

    @Override
    public CompletionStage<Answer> answer(Step step, byte[] body, String from) {
        if (waiting.incrementAndGet() > MOST_WAITING) {
            waiting.decrementAndGet();
            return CompletableFuture.completedFuture(
                    new Mistake(503, "Too many ask at a time: try again.", 1).answer());
        }
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        try {
            thread.execute(() -> {
                waiting.decrementAndGet();
                answer(step, body, from, answer);
            });
        } catch (RejectedExecutionException e) {
            answer.complete(new Mistake(503, "The unit is stopping.").answer());
        }
        return answer;
    }

    private void answer(Step step, byte[] body, String from, CompletableFuture<Answer> answer) {
        try {
            Fields asked = Fields.read(body);
            if (asked == null) {
                throw new Mistake(400, "That is no JSON object.");
            }
            switch (step) {
                case PAIR -> pairing.pair(asked, from, answer::complete);
                case CHALLENGE -> answer.complete(tokens.challenge(asked, from, clock.nanos()));
                case TOKEN -> answer.complete(tokens.token(asked, from, clock.nanos()));
            }
        } catch (Mistake e) {
            answer.complete(e.answer());
        } catch (RuntimeException e) {
            log.error("sign-in: a mistake of ours", e);
            answer.complete(new Mistake(500, "The unit could not answer; its log says why.").answer());
        }
    }

    @Override
    public @Nullable String holder(String user, byte[] password) {
        return tokens.isGood(user, password, clock.nanos()) ? PeerAccess.phone(network, user) : null;
    }

    @Override
    public boolean mayStay(String holder) {
        return phones.get(holder.substring(holder.lastIndexOf('/') + 1)) != null;
    }

    @Override
    public void onChange(Runnable judgeAgain) {
        listeners.add(judgeAgain);
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
