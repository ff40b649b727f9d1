package io.bookshelf.broker.access;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.generators.OpenBSDBCrypt;
import org.bouncycastle.crypto.params.Argon2Parameters;

/** One password's hash, as a password file holds it. */
sealed interface PasswordHash {
    /** bcrypt looks at no more bytes than these. */
    int BCRYPT_BYTES = 72;

    /** True if this is the hash of the password. Takes as long either way. */
    boolean matches(byte[] password);

    /** {@code $2b$…}, and the older {@code $2a$} and {@code $2y$}. */
    record Bcrypt(String text) implements PasswordHash {
        private static final Pattern FORM = Pattern.compile("\\$2[aby]\\$(\\d\\d)\\$[./A-Za-z0-9]{53}");
        private static final int COST = 10;

        /** Hashes a password of at most {@link #BCRYPT_BYTES} bytes without NUL. */
        static Bcrypt of(byte[] password) {
            byte[] salt = new byte[16];
            new SecureRandom().nextBytes(salt);
            return new Bcrypt(OpenBSDBCrypt.generate("2b", password, salt, COST));
        }

        @Override
        public boolean matches(byte[] password) {
            boolean same = OpenBSDBCrypt.checkPassword(text, password);
            return same && password.length <= BCRYPT_BYTES;
        }
    }

    /** {@code $argon2id$v=19$m=…,t=…,p=…$salt$hash}. */
    record Argon2id(int kibibytes, int iterations, int lanes, byte[] salt, byte[] hash) implements PasswordHash {
        private static final Pattern FORM = Pattern.compile(
                "\\$argon2id\\$v=19\\$m=(\\d{1,7}),t=(\\d{1,3}),p=(\\d{1,3})\\$([A-Za-z0-9+/]+)\\$([A-Za-z0-9+/]+)");

        @Override
        public boolean matches(byte[] password) {
            // One at a time: each takes that much memory, and anybody may try to log in.
            synchronized (Argon2id.class) {
                return computes(password);
            }
        }

        private boolean computes(byte[] password) {
            Argon2BytesGenerator generator = new Argon2BytesGenerator();
            generator.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                    .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                    .withMemoryAsKB(kibibytes)
                    .withIterations(iterations)
                    .withParallelism(lanes)
                    .withSalt(salt)
                    .build());
            byte[] computed = new byte[hash.length];
            generator.generateBytes(password, computed);
            return MessageDigest.isEqual(computed, hash);
        }
    }

    /**
     * Reads a hash.
     *
     * @throws IllegalArgumentException if it is none, or one that would take this unit too much time or memory to check;
     *     the message is the end of a sentence
     */
    static PasswordHash parse(String text) {
        Matcher bcrypt = Bcrypt.FORM.matcher(text);
        if (bcrypt.matches()) {
            int cost = Integer.parseInt(bcrypt.group(1));
            if (cost < 4 || cost > 14) {
                throw new IllegalArgumentException("its bcrypt cost must be 4 to 14");
            }
            return new Bcrypt(text);
        }
        Matcher argon = Argon2id.FORM.matcher(text);
        if (argon.matches()) {
            return argon2id(argon);
        }
        throw new IllegalArgumentException("the hash must start with $2b$ (bcrypt) or $argon2id$v=19$, and be whole");
    }

    private static Argon2id argon2id(Matcher argon) {
        int kibibytes = Integer.parseInt(argon.group(1));
        int iterations = Integer.parseInt(argon.group(2));
        int lanes = Integer.parseInt(argon.group(3));
        if (lanes < 1 || lanes > 16 || kibibytes < 8 * lanes || iterations < 1 || iterations > 16) {
            throw new IllegalArgumentException(
                    "its argon2 parameters must be m at least 8 times p, t 1 to 16, p 1 to 16");
        }
        long most = Math.min(64, Runtime.getRuntime().maxMemory() / 4 / 1024 / 1024);
        if (kibibytes > most * 1024) {
            throw new IllegalArgumentException("its argon2 memory m is more than the " + most
                    + " MiB that this unit can spare; hash the password anew with less");
        }
        byte[] salt = Base64.getDecoder().decode(argon.group(4));
        byte[] hash = Base64.getDecoder().decode(argon.group(5));
        if (salt.length < 8 || hash.length < 16 || hash.length > 64) {
            throw new IllegalArgumentException("its argon2 salt or hash has a length that nobody uses");
        }
        return new Argon2id(kibibytes, iterations, lanes, salt, hash);
    }
}
