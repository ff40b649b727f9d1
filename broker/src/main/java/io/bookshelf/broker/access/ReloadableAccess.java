package io.bookshelf.broker.access;

import io.bookshelf.store.Holder;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A policy that can be replaced while the unit runs; each question is answered by the policy of that moment. */
public final class ReloadableAccess implements AccessPolicy {
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile AccessPolicy policy;

    public ReloadableAccess(AccessPolicy policy) {
        this.policy = policy;
    }

    /** From now on {@code policy} answers. Any thread. */
    public void replace(AccessPolicy policy) {
        this.policy = policy;
        listeners.forEach(Runnable::run);
    }

    @Override
    public boolean isLetIn(Holder holder) {
        return policy.isLetIn(holder);
    }

    @Override
    public void onChange(Runnable judgeAgain) {
        listeners.add(judgeAgain);
    }

    @Override
    public @Nullable Principal authenticate(String clientId, @Nullable String user, byte @Nullable [] password) {
        return policy.authenticate(clientId, user, password);
    }

    @Override
    public boolean mayUseClientId(Principal principal) {
        return policy.mayUseClientId(principal);
    }

    @Override
    public boolean allowsEverything() {
        return policy.allowsEverything();
    }

    @Override
    public boolean authenticatesQuickly(@Nullable String user, byte @Nullable [] password) {
        return policy.authenticatesQuickly(user, password);
    }

    @Override
    public boolean mayRead(Principal principal, String topic) {
        return policy.mayRead(principal, topic);
    }

    @Override
    public boolean mayWrite(Principal principal, String topic) {
        return policy.mayWrite(principal, topic);
    }

    @Override
    public boolean maySubscribe(Principal principal, String filter) {
        return policy.maySubscribe(principal, filter);
    }

    @Override
    public boolean mayHaveWritten(String user, String topic) {
        return policy.mayHaveWritten(user, topic);
    }
}
