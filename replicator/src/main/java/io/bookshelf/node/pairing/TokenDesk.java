package io.bookshelf.node.pairing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.bookshelf.broker.peer.RefusalLog;
import io.bookshelf.broker.web.SignIn.Answer;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Gives tokens to phones that prove their keys. One thread; any may show a token. */
final class TokenDesk {
    static final int TOKEN_SECONDS = 3_600;

    private final String network;
    private final String unit;
    private final Phones phones;
    private final RefusalLog refusals;
    private final Challenges challenges;
    private final Seal tokens;

    TokenDesk(String network, String unit, Phones phones, RefusalLog refusals, SecureRandom random) {
        this.network = network;
        this.unit = unit;
        this.phones = phones;
        this.refusals = refusals;
        this.challenges = new Challenges(random);
        this.tokens = new Seal(random);
    }

    private PhoneKey known(Fields asked, String from) throws Mistake {
        String id = asked.text("id");
        if (!PhoneKey.isId(id)) {
            throw new Mistake(400, "The id must be 32 hexadecimal digits.");
        }
        PhoneKey phone = phones.get(id);
        if (phone == null) {
            refusals.say(from + " refused: the phone " + id + " is not paired here, or was revoked");
            throw new Mistake(403, "This phone is not paired with this network, or was revoked.");
        }
        return phone;
    }

    Answer challenge(Fields asked, String from, long nanos) throws Mistake {
        String challenge = challenges.make(known(asked, from).id(), nanos);
        return new Answer(200, Fields.write("challenge", challenge, "seconds", Challenges.SECONDS), 0);
    }

    Answer token(Fields asked, String from, long nanos) throws Mistake {
        PhoneKey phone = known(asked, from);
        String challenge = asked.text("challenge");
        if (!challenges.isGood(phone.id(), challenge, nanos)) {
            throw new Mistake(403, "This challenge was used, has run out, or is not of this unit: ask for another.");
        }
        if (!phone.signed("bookshelf-sign-in:" + network + ":" + unit + ":" + challenge, asked.text("signature"))) {
            refusals.say(from + " refused: what it sent was not signed by the phone " + phone.id());
            throw new Mistake(403, "The signature is not this phone's.");
        }
        if (!challenges.use(phone.id(), challenge, nanos)) {
            throw new Mistake(429, "Too many sign in at a time: try again.", 5);
        }
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("user", phone.id());
        answer.put("password", tokens.make(phone.id(), nanos + TimeUnit.SECONDS.toNanos(TOKEN_SECONDS)));
        answer.put("seconds", TOKEN_SECONDS);
        return new Answer(200, Fields.write(answer), 0);
    }

    /** Is this a token of the phone, which is still paired? */
    boolean isGood(String id, byte[] token, long nanos) {
        if (!PhoneKey.isId(id) || phones.get(id) == null) {
            return false;
        }
        Long until = tokens.until(id, new String(token, US_ASCII));
        return until != null && nanos - until < 0;
    }
}
