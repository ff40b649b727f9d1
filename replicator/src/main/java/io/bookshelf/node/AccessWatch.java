package io.bookshelf.node;

import io.bookshelf.broker.access.AccessPolicy;
import io.bookshelf.broker.access.AccessRules;
import io.bookshelf.broker.access.PasswordFile;
import io.bookshelf.broker.access.ReloadableAccess;
import io.bookshelf.pki.FileStamp;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the password file and the rules again when one of their files changes, so that a right can be taken away while the
 * unit runs. What cannot be read changes nothing: the rights of before stay, and the log says why.
 */
final class AccessWatch implements Closeable {
    private static final Logger log = LoggerFactory.getLogger(AccessWatch.class);
    private static final long LOOK_MILLIS = 1_000;

    private final Supplier<AccessSettings> settings;
    private final @Nullable Path settingsFile;
    private final ReloadableAccess access;
    private final ScheduledExecutorService looking = Executors.newSingleThreadScheduledExecutor(
            task -> Thread.ofPlatform().name("bookshelf-access").daemon().unstarted(task));
    private volatile Runnable onChange = () -> {};
    private @Nullable Path passwordFile;
    private FileStamp settingsSeen = FileStamp.NONE;
    private FileStamp passwordsSeen = FileStamp.NONE;

    /**
     * @param settings reads the access settings, now and whenever a file has changed
     * @param settingsFile where they come from, null for no file
     */
    AccessWatch(Supplier<AccessSettings> settings, @Nullable Path settingsFile) {
        this.settings = settings;
        this.settingsFile = settingsFile;
        this.access = new ReloadableAccess(read());
        if (settingsFile != null || passwordFile != null) {
            looking.scheduleWithFixedDelay(this::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** From now on told after passwords and rules were read again. */
    void onChange(Runnable told) {
        onChange = told;
    }

    AccessPolicy policy() {
        return access;
    }

    private void look() {
        try {
            if (FileStamp.of(settingsFile).equals(settingsSeen)
                    && FileStamp.of(passwordFile).equals(passwordsSeen)) {
                return;
            }
            access.replace(read());
            log.info("access: passwords and rules read again");
            onChange.run();
        } catch (RuntimeException e) {
            log.warn("access: not changed, because: {}", e.getMessage());
        }
    }

    /** Looks at each file before it reads it, so that a change in between is seen the next time. */
    private AccessPolicy read() {
        settingsSeen = FileStamp.of(settingsFile);
        passwordsSeen = FileStamp.of(passwordFile);
        AccessSettings now = settings.get();
        if (!Objects.equals(passwordFile, now.passwordFile())) {
            passwordFile = now.passwordFile();
            passwordsSeen = FileStamp.of(passwordFile);
        }
        return policy(now);
    }

    /** What these settings say; reads the password file. */
    static AccessPolicy policy(AccessSettings settings) {
        if (settings.passwordFile() == null
                && settings.anonymous()
                && settings.rules().isEmpty()) {
            return AccessPolicy.OPEN;
        }
        PasswordFile passwords = passwords(settings.passwordFile());
        return new AccessRules(settings.rules(), passwords, settings.anonymous());
    }

    private static @Nullable PasswordFile passwords(@Nullable Path file) {
        try {
            return file == null ? null : PasswordFile.load(file);
        } catch (IOException e) {
            throw new NodeException("access.password_file: " + file + " cannot be read: " + e.getMessage());
        }
    }

    @Override
    public void close() {
        looking.shutdownNow();
    }
}
