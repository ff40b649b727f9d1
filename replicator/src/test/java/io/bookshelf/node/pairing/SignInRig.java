package io.bookshelf.node.pairing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bookshelf.broker.web.SignIn.Answer;
import io.bookshelf.broker.web.SignIn.Step;
import io.bookshelf.bus.Arrival;
import io.bookshelf.bus.Committer;
import io.bookshelf.bus.Submission;
import io.bookshelf.bus.TombstonePolicy;
import io.bookshelf.bus.WallClock;
import io.bookshelf.bus.Write;
import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.Seen;
import io.bookshelf.schema.ValueProperties;
import io.bookshelf.schema.Version;
import io.bookshelf.store.MemoryDisk;
import io.bookshelf.store.MemoryStore;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The sign-in of a unit over a store in memory, with a clock that stands still. */
final class SignInRig implements AutoCloseable {
    /** Signatures that any test can make. */
    static final PhoneSigner SIGNER = new PhoneSigner() {
        @Override
        public Signed sign(String text) {
            return new Signed("unit", Integer.toHexString(text.hashCode()));
        }

        @Override
        public boolean isGood(String text, Signed signed) {
            return signed.certificate().equals("unit")
                    && signed.signature().equals(Integer.toHexString(text.hashCode()));
        }

        @Override
        public boolean isOwnOfBefore(Signed signed) {
            return false;
        }
    };

    final PhoneSignIn signIn;
    final Time time = new Time();
    private final MemoryStore store;
    private final Committer committer;

    /** Time that passes when it is told to. */
    static final class Time implements WallClock {
        private volatile long nanos = Long.MAX_VALUE - TimeUnit.MINUTES.toNanos(30);

        void pass(long seconds) {
            nanos += TimeUnit.SECONDS.toNanos(seconds);
        }

        @Override
        public long millis() {
            return 1_800_000_000_000L;
        }

        @Override
        public boolean known() {
            return false;
        }

        @Override
        public long nanos() {
            return nanos;
        }

        @Override
        public String source() {
            return "";
        }
    }

    /** A start of a unit on a disk. */
    SignInRig(String unit, MemoryDisk disk) {
        store = new MemoryStore(disk, new Random(1), List.of());
        committer = new Committer(store, time, () -> 0, TombstonePolicy.AFTER_AN_HOUR);
        signIn = new PhoneSignIn("home", unit, time, SIGNER);
        signIn.load(store::openReader);
        signIn.begin(this::submit);
    }

    /** As the bus does it. */
    private synchronized void submit(Submission submission) {
        signIn.committed(committer.commit(List.of(submission)));
    }

    /** What a start of the former version did, which signed nothing and knew nothing of signatures. */
    static void former(MemoryDisk disk, String key, String value, @Nullable Long author) {
        MemoryStore store = new MemoryStore(disk, new Random(author == null ? 7 : 8), List.of());
        Committer committer = new Committer(store, new Time(), () -> 0, TombstonePolicy.AFTER_AN_HOUR);
        committer.commit(List.of(
                author == null
                        ? new Put(new Write(Key.of(key), value.getBytes(UTF_8), 1, ValueProperties.NONE, 0))
                        : new Planted(Key.of(key), value.getBytes(UTF_8), author)));
    }

    /** An entry that came over a link. */
    private record Planted(Key key, byte[] value, long author) implements Submission, Arrival {
        @Override
        public Arrival arrival() {
            return this;
        }

        @Override
        public int weight() {
            return 1;
        }

        @Override
        public Entry merge(@Nullable Entry stored, long sequence, long nowMillis) {
            return new Entry(
                    key,
                    value,
                    false,
                    1,
                    ValueProperties.NONE,
                    new Version(1L << 40, author),
                    1,
                    Seen.NOTHING,
                    0,
                    sequence);
        }
    }

    private record Put(Write write) implements Submission {
        @Override
        public int weight() {
            return 1;
        }
    }

    void put(String key, String value) {
        put(key, value, 0);
    }

    void put(String key, String value, long expirySeconds) {
        submit(new Put(new Write(Key.of(key), value.getBytes(UTF_8), 1, ValueProperties.NONE, expirySeconds)));
    }

    void open(String code) {
        put("local/bookshelf/pairing", "{\"code\":\"" + code + "\"}");
    }

    /** What is kept under a key, null for nothing. */
    @Nullable
    synchronized String kept(String key) {
        Entry entry = store.openReader().get(Key.of(key));
        return entry == null || entry.deleted() ? null : new String(entry.value(), UTF_8);
    }

    Answer ask(Step step, String json) {
        return ask(step, json.getBytes(UTF_8));
    }

    Answer ask(Step step, byte[] body) {
        return signIn.answer(step, body, "/192.168.1.9:5555")
                .toCompletableFuture()
                .join();
    }

    /** Pairs a phone by this code. */
    Answer pair(TestPhone phone, String code) {
        return ask(Step.PAIR, phone.request(code));
    }

    /** A phone that is paired. */
    TestPhone paired() {
        TestPhone phone = new TestPhone();
        open("12345678");
        Answer answer = pair(phone, "12345678");
        if (answer.status() != 201) {
            throw new AssertionError(answer);
        }
        return phone;
    }

    String challenge(TestPhone phone) {
        return field(ask(Step.CHALLENGE, "{\"id\":\"" + phone.id() + "\"}"), "challenge");
    }

    /** Answers a challenge in the name of this unit. */
    Answer token(TestPhone phone, String unit, String challenge) {
        return ask(Step.TOKEN, phone.answer("home", unit, challenge));
    }

    /** A token of a phone. */
    byte[] tokenOf(TestPhone phone, String unit) {
        return field(token(phone, unit, challenge(phone)), "password").getBytes(UTF_8);
    }

    static String field(Answer answer, String name) {
        Fields fields = Objects.requireNonNull(Fields.read(answer.json().getBytes(UTF_8)), answer.json());
        return fields.text(name);
    }

    @Override
    public void close() {
        signIn.close();
    }
}
