package io.bookshelf.broker.access;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * User names and hashes of their passwords: one {@code user:hash} a line, bcrypt ({@code $2b$…}) or argon2id
 * ({@code $argon2id$v=19$…}); empty lines and lines that start with {@code #} are passed over. What was loaded does not
 * change with the file. Any thread.
 */
public final class PasswordFile {
    // Checked in the place of a user that there is not; nobody's password.
    private static final PasswordHash NOBODY =
            new PasswordHash.Bcrypt("$2b$10$tziBszhJLQzCEneU2/wel.T772hdXKY9PMHuxbvCigWMDK/j7q6ly");

    private final Map<String, PasswordHash> hashes;
    private final PasswordHash decoy;

    /** Of users that have proved their password: its digest under a key that only this object has. */
    private final Map<String, byte[]> proved = new ConcurrentHashMap<>();

    private final byte[] digestKey = new byte[32];

    private PasswordFile(Map<String, PasswordHash> hashes) {
        this.hashes = Map.copyOf(hashes);
        new SecureRandom().nextBytes(digestKey);
        this.decoy = hashes.isEmpty() ? NOBODY : hashes.values().iterator().next();
    }

    /**
     * Reads a password file.
     *
     * @throws IOException if it cannot be read
     * @throws IllegalArgumentException if a line is not as it should be; the message names the file and the line
     */
    public static PasswordFile load(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file, UTF_8);
        Map<String, PasswordHash> hashes = new LinkedHashMap<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            try {
                String user = userOf(line);
                if (user == null || user.isEmpty()) {
                    throw new IllegalArgumentException("write user:hash");
                }
                if (hashes.put(user, PasswordHash.parse(line.substring(user.length() + 1))) != null) {
                    throw new IllegalArgumentException("the user " + user + " has a line already");
                }
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(file + ", line " + (i + 1) + ": " + e.getMessage(), e);
            }
        }
        return new PasswordFile(hashes);
    }

    /**
     * Gives a user a password, new or in the place of the old one. Makes the file if there is none; replaces it as a whole,
     * readable by its owner only.
     *
     * @throws IOException if the file cannot be read or written
     * @throws IllegalArgumentException if the name or the password cannot be used, as a sentence
     */
    public static void set(Path file, String user, char[] password) throws IOException {
        checkName(user);
        ByteBuffer encoded = UTF_8.encode(CharBuffer.wrap(password));
        byte[] bytes = new byte[encoded.remaining()];
        encoded.get(bytes);
        encoded.clear().put(new byte[encoded.capacity()]);
        try {
            checkPassword(bytes);
            String line = user + ':' + PasswordHash.Bcrypt.of(bytes).text();
            List<String> lines =
                    Files.exists(file) ? new ArrayList<>(Files.readAllLines(file, UTF_8)) : new ArrayList<>();
            int old = lineOf(user, lines);
            if (old < 0) {
                lines.add(line);
            } else {
                lines.set(old, line);
            }
            replace(file, lines);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    /**
     * Takes a user out of the file.
     *
     * @return false if the user was not in it
     * @throws IOException if the file cannot be read or written
     */
    public static boolean remove(Path file, String user) throws IOException {
        List<String> lines = new ArrayList<>(Files.readAllLines(file, UTF_8));
        int line = lineOf(user, lines);
        if (line < 0) {
            return false;
        }
        lines.remove(line);
        replace(file, lines);
        return true;
    }

    /** Is there such a user? */
    public boolean contains(String user) {
        return hashes.containsKey(user);
    }

    /**
     * Is this the user's password? Costs as much for a user that there is not; may take a tenth of a second and more, but not
     * the second time for the same password.
     */
    public boolean verify(String user, byte[] password) {
        if (wasProved(user, password)) {
            return true;
        }
        PasswordHash hash = hashes.get(user);
        boolean matches = (hash == null ? decoy : hash).matches(password);
        if (hash == null || !matches) {
            return false;
        }
        proved.put(user, digest(password));
        return true;
    }

    /** True if the user has proved this password since it was loaded: whoever reconnects need not wait for a hash. */
    boolean wasProved(String user, byte[] password) {
        byte[] before = proved.get(user);
        return before != null && MessageDigest.isEqual(before, digest(password));
    }

    private byte[] digest(byte[] password) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(digestKey, "HmacSHA256"));
            return mac.doFinal(password);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HmacSHA256", e);
        }
    }

    private static void checkName(String user) {
        if (user.isEmpty()
                || user.startsWith("#")
                || !user.strip().equals(user)
                || user.chars().anyMatch(c -> c == ':' || Character.isISOControl(c))) {
            throw new IllegalArgumentException("a user name may not be empty, start with #, start or end with a space, "
                    + "or hold a colon or a control character");
        }
    }

    private static void checkPassword(byte[] password) {
        if (password.length == 0) {
            throw new IllegalArgumentException("the password may not be empty");
        }
        if (password.length > PasswordHash.BCRYPT_BYTES) {
            throw new IllegalArgumentException("the password is " + password.length
                    + " bytes long; bcrypt takes up to 72, so choose a shorter one");
        }
        for (byte b : password) {
            if (b == 0) {
                throw new IllegalArgumentException("the password may not hold a NUL");
            }
        }
    }

    private static int lineOf(String user, List<String> lines) {
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (!line.startsWith("#") && user.equals(userOf(line))) {
                return i;
            }
        }
        return -1;
    }

    private static @Nullable String userOf(String line) {
        int colon = line.indexOf(':');
        return colon < 0 ? null : line.substring(0, colon);
    }

    private static void replace(Path file, List<String> lines) throws IOException {
        Path target = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
        Path fresh = Files.createTempFile(target.getParent(), ".passwords", null, ownerOnly(target));
        try {
            byte[] text = (String.join("\n", lines) + "\n").getBytes(UTF_8);
            try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                ByteBuffer rest = ByteBuffer.wrap(text);
                while (rest.hasRemaining()) {
                    channel.write(rest);
                }
                channel.force(true);
            }
            Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    private static FileAttribute<?>[] ownerOnly(Path file) {
        boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
        return posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }
}
