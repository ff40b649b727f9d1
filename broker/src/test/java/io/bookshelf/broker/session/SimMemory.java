package io.bookshelf.broker.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a session holds on the heap, found by following its fields: so it does not depend on how the session counts. It stays
 * below a bound that does not know of keys.
 */
final class SimMemory {
    private static final String PACKAGE = SimMemory.class.getPackageName();

    /** Things that many share, or that a session only refers to. */
    private static final Set<Class<?>> BEYOND = Set.of(
            SessionContext.class,
            Router.class,
            SessionRegistry.class,
            SharedPayloads.class,
            SimLink.class,
            Session.class);

    private static final Map<Class<?>, List<Field>> FIELDS = new HashMap<>();

    /** Live backlog, page, tail, and what waits for the disk (ARCHITECTURE.md, Sessions and Backpressure). */
    private static final long BYTES = (512 + 256 + 512 + 512) * 1024;

    /** Each of these may go over by one value; queued events count twice, as those on their way leave room for others. */
    private static final long LARGEST = 6 * 250_100;

    private static final int MESSAGES = 1_024 + 512 + 512;

    private long bytes;
    private long messages;

    private SimMemory() {}

    static void check(Session session, SimUnit unit) {
        SimMemory held = new SimMemory();
        held.follow(session);
        assertThat(held.bytes)
                .as("%s: bytes held", session.clientId())
                .isLessThanOrEqualTo(BYTES + LARGEST + 2 * unit.limits.queuedBytes());
        assertThat(held.messages)
                .as("%s: messages held", session.clientId())
                .isLessThanOrEqualTo(MESSAGES + 2 * unit.limits.queuedEvents() + unit.limits.inFlight());
    }

    /** While nobody is there, payloads are on the disk only. */
    static void checkAway(Session session) {
        SimMemory held = new SimMemory();
        held.follow(session);
        assertThat(held.messages)
                .as("%s: messages held while away", session.clientId())
                .isZero();
    }

    private void follow(Session session) {
        Set<Object> met = Collections.newSetFromMap(new IdentityHashMap<>());
        ArrayDeque<Object> next = new ArrayDeque<>();
        next.add(session);
        while (!next.isEmpty()) {
            Object at = next.remove();
            if (!met.add(at)) {
                continue;
            }
            if (at instanceof Message message) {
                bytes += message.payload().length;
                messages++;
            } else if (at instanceof Collection<?> all) {
                addAll(next, all);
            } else if (at instanceof Map<?, ?> map) {
                addAll(next, map.values());
            } else if (at == session || isPart(at)) {
                fields(at.getClass()).forEach(field -> add(next, value(field, at)));
            }
        }
    }

    private static boolean isPart(Object object) {
        return object.getClass().getPackageName().equals(PACKAGE) && !BEYOND.contains(object.getClass());
    }

    private static void addAll(ArrayDeque<Object> next, Collection<?> all) {
        all.forEach(each -> add(next, each));
    }

    private static void add(ArrayDeque<Object> next, @Nullable Object each) {
        if (each != null) {
            next.add(each);
        }
    }

    private static @Nullable Object value(Field field, Object of) {
        try {
            return field.get(of);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<Field> fields(Class<?> type) {
        return FIELDS.computeIfAbsent(type, t -> {
            List<Field> found = new ArrayList<>();
            for (Field field : t.getDeclaredFields()) {
                if (!field.getType().isPrimitive()
                        && !field.getType().isArray()
                        && !Modifier.isStatic(field.getModifiers())) {
                    field.setAccessible(true);
                    found.add(field);
                }
            }
            return found;
        });
    }
}
