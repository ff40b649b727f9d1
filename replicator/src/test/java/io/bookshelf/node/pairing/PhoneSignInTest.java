package io.bookshelf.node.pairing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.broker.web.SignIn.Answer;
import io.bookshelf.broker.web.SignIn.Step;
import io.bookshelf.store.MemoryDisk;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pairing and sign-in, without sockets, in time that stands still. */
final class PhoneSignInTest {
    private static final String CODE = "local/bookshelf/pairing";
    private static final String PHONES = "bookshelf/phones/";

    private final MemoryDisk disk = new MemoryDisk();
    private final SignInRig hall = new SignInRig("hall", disk);

    @AfterEach
    void stop() {
        hall.close();
    }

    @Test
    void aPhoneThatHasTheCodeIsPairedAndSignsIn() {
        TestPhone phone = new TestPhone();
        hall.open("00345678");
        assertThat(hall.pair(phone, "0034 5678")).isEqualTo(new Answer(201, "{\"id\":\"" + phone.id() + "\"}", 0));
        assertThat(hall.kept(PHONES + phone.id()))
                .contains("\"name\":\"Anna's phone\"", "\"key\":\"" + phone.key() + "\"", "\"unit\":\"hall\"");
        assertThat(hall.pair(new TestPhone(), "00345678").status())
                .as("one phone a code")
                .isEqualTo(410);
        assertThat(hall.kept(CODE)).isNull();

        Answer token = hall.token(phone, "hall", hall.challenge(phone));
        assertThat(SignInRig.field(token, "user")).isEqualTo(phone.id());
        byte[] password = SignInRig.field(token, "password").getBytes(UTF_8);
        assertThat(hall.signIn.holder(phone.id(), password)).isEqualTo("spiffe://home/phone/" + phone.id());
    }

    @Test
    void fiveWrongTriesAreTheLast() {
        hall.open("12345678");
        for (int left = 4; left >= 0; left--) {
            Answer answer = hall.pair(new TestPhone(), "87654321");
            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.json()).contains("\"triesLeft\":" + left);
            hall.time.pass(1);
        }
        assertThat(hall.pair(new TestPhone(), "12345678").status()).isEqualTo(410);
        assertThat(hall.kept(CODE)).isNull();
    }

    @Test
    void thereIsOneTryASecond() {
        hall.open("12345678");
        assertThat(hall.pair(new TestPhone(), "87654321").status()).isEqualTo(403);
        Answer tooSoon = hall.pair(new TestPhone(), "12345678");
        assertThat(tooSoon.status()).isEqualTo(429);
        assertThat(tooSoon.retrySeconds()).isEqualTo(1);
        hall.time.pass(1);
        assertThat(hall.pair(new TestPhone(), "12345678").status()).isEqualTo(201);
    }

    @ParameterizedTest
    @CsvSource({"299, 201", "300, 410"})
    void aCodeIsGoodForFiveMinutes(long seconds, int status) {
        hall.open("12345678");
        hall.time.pass(seconds);
        assertThat(hall.pair(new TestPhone(), "12345678").status()).isEqualTo(status);
    }

    @Test
    void aCodeThatWasTakenBackIsGoodForNothing() {
        assertThat(hall.pair(new TestPhone(), "12345678").status()).isEqualTo(410);
        hall.open("12345678");
        hall.put(CODE, "");
        assertThat(hall.pair(new TestPhone(), "12345678").status()).isEqualTo(410);
        hall.open("12345678");
        hall.put(CODE, "{\"code\":\"1234567\"}");
        assertThat(hall.pair(new TestPhone(), "12345678").status()).isEqualTo(410);
    }

    @Test
    void aRestartEndsCodesAndTokensAndKeepsPhones() {
        TestPhone phone = hall.paired();
        byte[] token = hall.tokenOf(phone, "hall");
        hall.open("12345678");
        try (SignInRig again = new SignInRig("hall", disk)) {
            assertThat(again.pair(new TestPhone(), "12345678").status()).isEqualTo(410);
            assertThat(again.kept(CODE)).isNull();
            assertThat(again.signIn.holder(phone.id(), token)).isNull();
            assertThat(again.signIn.holder(phone.id(), again.tokenOf(phone, "hall")))
                    .isNotNull();
        }
    }

    @Test
    void aChallengeCountsOnceForOnePhoneAtOneUnitAndForAMinute() {
        TestPhone phone = hall.paired();
        TestPhone other = hall.paired();
        String challenge = hall.challenge(phone);
        assertThat(hall.token(other, "hall", challenge).status()).isEqualTo(403);
        assertThat(hall.token(phone, "attic", challenge).status()).isEqualTo(403);
        try (SignInRig attic = new SignInRig("attic", new MemoryDisk())) {
            attic.put(PHONES + phone.id(), phone.entry());
            assertThat(attic.token(phone, "attic", challenge).status()).isEqualTo(403);
            assertThat(attic.token(phone, "attic", attic.challenge(phone)).status())
                    .isEqualTo(200);
        }
        assertThat(hall.token(phone, "hall", challenge).status()).isEqualTo(200);
        assertThat(hall.token(phone, "hall", challenge).status()).as("again").isEqualTo(403);
        String late = hall.challenge(phone);
        hall.time.pass(60);
        assertThat(hall.token(phone, "hall", late).status()).isEqualTo(403);
    }

    @Test
    void aTokenIsGoodForAnHourAndForItsPhone() {
        TestPhone phone = hall.paired();
        TestPhone other = hall.paired();
        byte[] token = hall.tokenOf(phone, "hall");
        assertThat(hall.signIn.holder(other.id(), token)).isNull();
        assertThat(hall.signIn.holder(phone.id(), new byte[0])).isNull();
        String challenge = hall.challenge(phone);
        assertThat(hall.signIn.holder(phone.id(), challenge.getBytes(UTF_8)))
                .as("a challenge is no token")
                .isNull();
        hall.time.pass(3_599);
        assertThat(hall.signIn.holder(phone.id(), token)).isNotNull();
        hall.time.pass(1);
        assertThat(hall.signIn.holder(phone.id(), token)).isNull();
        assertThat(hall.signIn.mayStay("spiffe://home/phone/" + phone.id()))
                .as("who is in may stay")
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "not JSON",
                "[]",
                "{\"name\":\"Anna's phone\"}",
                "{\"name\":\"Anna's phone\",\"key\":\"AAAA\"}",
                "{\"name\":\"two\\nlines\",\"key\":\"KEY\"}",
                "{\"name\":\"Anna's phone\",\"key\":\"OTHER\"}"
            })
    void aPhoneIsShutOutByWhateverIsNoPhone(String value) {
        TestPhone phone = hall.paired();
        byte[] token = hall.tokenOf(phone, "hall");
        AtomicInteger changes = new AtomicInteger();
        hall.signIn.onChange(changes::incrementAndGet);
        hall.put(PHONES + phone.id(), value.replace("KEY", phone.key()).replace("OTHER", new TestPhone().key()));
        assertThat(hall.ask(Step.CHALLENGE, "{\"id\":\"" + phone.id() + "\"}").status())
                .isEqualTo(403);
        assertThat(hall.signIn.holder(phone.id(), token)).isNull();
        assertThat(hall.signIn.mayStay("spiffe://home/phone/" + phone.id())).isFalse();
        assertThat(changes).hasValue(1);

        hall.put(PHONES + phone.id(), phone.entry());
        assertThat(hall.token(phone, "hall", hall.challenge(phone)).status()).isEqualTo(200);
    }

    private int challenged(SignInRig unit, TestPhone phone) {
        return unit.ask(Step.CHALLENGE, "{\"id\":\"" + phone.id() + "\"}").status();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{\"revoked\":true}", "{ \"revoked\" : true }"})
    void aPhoneThatWasRevokedNeverSignsInAgain(String value) {
        TestPhone phone = hall.paired();
        String entry = String.valueOf(hall.kept(PHONES + phone.id()));
        hall.put(PHONES + phone.id(), value);
        assertThat(challenged(hall, phone)).isEqualTo(403);
        assertThat(hall.kept(PHONES + phone.id())).contains("revoked");
        for (String replay : List.of(entry, "", "junk")) {
            hall.put(PHONES + phone.id(), replay);
            assertThat(challenged(hall, phone)).as(replay).isEqualTo(403);
            assertThat(hall.kept(PHONES + phone.id())).as(replay).isEqualTo("{\"revoked\":true}");
        }
        hall.open("12345678");
        assertThat(hall.pair(phone, "12345678").status()).isEqualTo(409);
        try (SignInRig again = new SignInRig("hall", disk)) {
            again.put(PHONES + phone.id(), entry);
            assertThat(challenged(again, phone)).as("after a start").isEqualTo(403);
            assertThat(again.kept(PHONES + phone.id())).isEqualTo("{\"revoked\":true}");
        }
    }

    @Test
    void anEntryThatNobodySignedOrThatWasChangedIsWorthNothing() {
        TestPhone phone = new TestPhone();
        for (String worthless : List.of(
                phone.unsigned(),
                phone.entry().replace("\"unit\":\"hall\"", "\"unit\":\"attic\""),
                phone.entry("unit/attic").replace("unit/attic", "network"))) {
            hall.put(PHONES + phone.id(), worthless);
            assertThat(challenged(hall, phone)).as(worthless).isEqualTo(403);
        }
        hall.put(PHONES + phone.id(), phone.entry());
        assertThat(challenged(hall, phone)).isEqualTo(200);
    }

    @Test
    void atTheUpgradeAUnitSignsOnceWhatItsOwnStartsWrote() {
        MemoryDisk old = new MemoryDisk();
        TestPhone own = new TestPhone();
        TestPhone planted = new TestPhone();
        TestPhone late = new TestPhone();
        SignInRig.former(old, PHONES + own.id(), own.unsigned(), null);
        SignInRig.former(old, PHONES + planted.id(), planted.unsigned(), 4711L);
        try (SignInRig unit = new SignInRig("hall", old)) {
            // What the upgrade writes is taken up behind the first question.
            challenged(unit, own);
            assertThat(challenged(unit, own)).isEqualTo(200);
            assertThat(challenged(unit, planted)).isEqualTo(403);
            unit.put(PHONES + late.id(), late.unsigned());
        }
        try (SignInRig again = new SignInRig("hall", old)) {
            challenged(again, late);
            assertThat(challenged(again, late)).isEqualTo(403);
            assertThat(challenged(again, own)).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource({"network, 200", "unit/hall, 200", "unit/attic, 403", "cloud, 403"})
    void aKeyCountsWhereItsEntrySays(String counts, int status) {
        TestPhone phone = new TestPhone();
        hall.put(PHONES + phone.id(), phone.entry(counts));
        assertThat(challenged(hall, phone)).isEqualTo(status);
    }

    @Test
    void aPhoneMayBePairedWithOneUnitAlone() {
        TestPhone phone = new TestPhone();
        hall.put(CODE, "{\"code\":\"12345678\",\"counts\":\"unit\"}");
        assertThat(hall.pair(phone, "12345678").status()).isEqualTo(201);
        assertThat(hall.kept(PHONES + phone.id())).contains("\"counts\":\"unit/hall\"");
        assertThat(challenged(hall, phone)).isEqualTo(200);
        hall.put(CODE, "{\"code\":\"12345678\",\"counts\":\"moon\"}");
        assertThat(hall.pair(new TestPhone(), "12345678").status()).isEqualTo(410);
    }

    @Test
    void aPhoneHasNoTimeToLive() {
        TestPhone phone = new TestPhone();
        hall.put(PHONES + phone.id(), phone.entry(), 60);
        assertThat(hall.ask(Step.CHALLENGE, "{\"id\":\"" + phone.id() + "\"}").status())
                .isEqualTo(403);
    }

    @Test
    void whatIsNoPhoneIsNotPairedAndCostsNoTry() throws Exception {
        hall.open("12345678");
        byte[] off = Base64.getDecoder().decode(new TestPhone().key());
        off[off.length - 1] ^= 1;
        String[] keys = {
            "",
            "AAAA",
            "?",
            new TestPhone("secp384r1").key(),
            Base64.getEncoder().encodeToString(off)
        };
        for (String key : keys) {
            assertThat(hall.ask(Step.PAIR, "{\"code\":\"12345678\",\"name\":\"x\",\"key\":\"" + key + "\"}")
                            .status())
                    .as(key)
                    .isEqualTo(400);
        }
        for (String name : new String[] {"", "  ", "a\\nb", "a\\u2028b", "x".repeat(65)}) {
            String json = new TestPhone().request("12345678").replace("Anna's phone", name);
            assertThat(hall.ask(Step.PAIR, json).status()).as(name).isEqualTo(400);
        }
        assertThat(hall.pair(new TestPhone(), "12345678").status()).isEqualTo(201);
    }

    @Test
    void aPhoneThatCannotBeKeptIsNotPaired() {
        TestPhone phone = new TestPhone();
        hall.open("12345678");
        disk.full(true);
        assertThat(hall.pair(phone, "12345678").status()).isEqualTo(503);
        assertThat(hall.ask(Step.CHALLENGE, "{\"id\":\"" + phone.id() + "\"}").status())
                .isEqualTo(403);
    }

    @Test
    void garbageIsAMistakeOfWhoeverSendsIt() {
        long seed = Long.getLong("bookshelf.seed", System.nanoTime());
        Random random = new Random(seed);
        TestPhone phone = hall.paired();
        String[] whole = {
            phone.request("12345678"), "{\"id\":\"" + phone.id() + "\"}", phone.answer("home", "hall", "x")
        };
        for (int i = 0; i < 3_000; i++) {
            byte[] body = whole[random.nextInt(whole.length)].getBytes(UTF_8);
            for (int change = random.nextInt(4); change > 0; change--) {
                body[random.nextInt(body.length)] = (byte) random.nextInt(256);
            }
            Step step = Step.values()[random.nextInt(3)];
            assertThat(hall.ask(step, body).status())
                    .as("-Dbookshelf.seed=%s, %s", seed, i)
                    .isIn(200, 400, 403, 410);
        }
    }
}
