package io.bookshelf.node;

import io.bookshelf.broker.access.AccessPolicy;
import io.bookshelf.broker.access.AccessRules;
import io.bookshelf.broker.access.PasswordFile;
import io.bookshelf.broker.access.ReloadableAccess;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

    private final ReloadableAccess access;
    private final Supplier<AccessSettings> settings;
    private final List<Path> files;
    private final ScheduledExecutorService looking = Executors.newSingleThreadScheduledExecutor(
            task -> Thread.ofPlatform().name("bookshelf-access").daemon().unstarted(task));
    private Map<Path, FileTime> seen;

    /** @param settings reads the access settings anew */
    AccessWatch(AccessSettings first, Supplier<AccessSettings> settings, List<Path> files) {
        this.access = new ReloadableAccess(policy(first));
        this.settings = settings;
        this.files = List.copyOf(files);
        this.seen = modified();
        if (!files.isEmpty()) {
            looking.scheduleWithFixedDelay(this::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    AccessPolicy policy() {
        return access;
    }

    private void look() {
        try {
            Map<Path, FileTime> now = modified();
            if (!now.equals(seen)) {
                seen = now;
                access.replace(policy(settings.get()));
                log.info("access: passwords and rules read again");
            }
        } catch (RuntimeException e) {
            log.warn("access: not changed, because: {}", e.getMessage());
        }
    }

    private Map<Path, FileTime> modified() {
        Map<Path, FileTime> times = new HashMap<>();
        for (Path file : files) {
            try {
                times.put(file, Files.getLastModifiedTime(file));
            } catch (IOException e) {
                log.debug("{}: {}", file, e.toString());
            }
        }
        return times;
    }

    private static AccessPolicy policy(AccessSettings settings) {
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
