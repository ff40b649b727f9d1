package io.bookshelf.node.pairing;

import io.bookshelf.broker.access.PeerAccess;
import io.bookshelf.broker.access.Tokens;
import io.bookshelf.broker.peer.RefusalLog;
import io.bookshelf.broker.web.SignIn;
import io.bookshelf.bus.Commit;
import io.bookshelf.bus.Submission;
import io.bookshelf.bus.WallClock;
import io.bookshelf.node.pairing.PairingDesk.CodeSpent;
import io.bookshelf.node.pairing.PairingDesk.Registration;
import io.bookshelf.schema.Entry;
import io.bookshelf.store.StoreReader;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
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

    private final String network;
    private final WallClock clock;
    private final Phones phones;
    private final PairingDesk pairing;
    private final TokenDesk tokens;
    private final AtomicInteger waiting = new AtomicInteger();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(
            1, task -> Thread.ofPlatform().name("bookshelf-signin").daemon().unstarted(task));
    private boolean oldCode;
    private volatile Consumer<Submission> bus = submission -> {};

    public PhoneSignIn(String network, String unit, WallClock clock) {
        this.network = network;
        this.clock = clock;
        thread.setKeepAliveTime(THREAD_SECONDS, TimeUnit.SECONDS);
        thread.allowCoreThreadTimeOut(true);
        thread.setRemoveOnCancelPolicy(true);
        RefusalLog refusals = new RefusalLog(clock::nanos, line -> log.info("sign-in: {}", line));
        this.phones = new Phones(refusals, () -> listeners.forEach(Runnable::run));
        this.pairing = new PairingDesk(unit, clock, refusals, thread, submission -> bus.accept(submission));
        this.tokens = new TokenDesk(network, unit, phones, refusals, new SecureRandom());
    }

    /** Takes up the phones that are paired already, before anybody may ask. */
    public void load(StoreReader reader) {
        Entry code = reader.get(PairingDesk.CODE);
        oldCode = code != null && !code.deleted();
        String after = null;
        do {
            StoreReader.Page<String> page = reader.scan(Phones.PREFIX, after, 0, 256, 256 * 1024);
            page.entries().forEach(phones::apply);
            after = page.next();
        } while (after != null);
    }

    /** Begins to write, through a bus that runs. A code from before the start counts for nothing, and goes. */
    public void begin(Consumer<Submission> to) {
        bus = to;
        if (oldCode) {
            to.accept(new CodeSpent());
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
