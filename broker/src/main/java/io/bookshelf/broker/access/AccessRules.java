package io.bookshelf.broker.access;

import io.bookshelf.broker.topic.TopicFilter;
import io.bookshelf.store.Holder;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Names from a password file, rights from a list of rules. Without rules whoever may connect may do everything; with rules
 * a thing is allowed if any rule allows it. Immutable.
 *
 * <p>A rule that lists client ids gives no others to those whom it is for, unless another of their rules does; one that lists
 * nothing else gives no rights and takes none.
 *
 * <p>Only a name that was proved with a password gives rights. Rules decide on {@code $SYS/#} and {@code $bookshelf/#} as on
 * anything else, with filters that name them; {@code $bookshelf/snapshot/#}, which only says that a snapshot is complete,
 * may always be read.
 */
public final class AccessRules implements AccessPolicy {
    private static final String SNAPSHOT = "$bookshelf/snapshot/";

    private record Rule(AccessRule who, List<TopicPattern> patterns) {}

    private final List<Rule> rules;

    /** Those that say who may have which client ids. */
    private final List<AccessRule> ofClientIds;

    private final @Nullable PasswordFile passwords;
    private final boolean anonymous;

    /**
     * @param passwords the names and passwords, null to ask for none
     * @param anonymous lets clients without a user name in
     * @throws IllegalArgumentException if nobody could connect, or if rules speak of users and there are no passwords by
     *     which to tell them; the message says what to do
     */
    public AccessRules(List<AccessRule> rules, @Nullable PasswordFile passwords, boolean anonymous) {
        this.ofClientIds =
                rules.stream().filter(rule -> !rule.clientIds().isEmpty()).toList();
        this.rules = rules.stream()
                .filter(rule -> rule.clientIds().isEmpty() || rule.read() || rule.write())
                .map(rule -> new Rule(
                        rule, rule.topics().stream().map(TopicPattern::of).toList()))
                .toList();
        this.passwords = passwords;
        this.anonymous = anonymous;
        if (passwords == null && !anonymous) {
            throw new IllegalArgumentException("nobody could connect: name a password file or allow anonymous clients");
        }
        if (passwords == null
                && (rules.stream().anyMatch(AccessRule::speaksOfUsers)
                        || this.rules.stream().anyMatch(AccessRules::speaksOfUsers))) {
            throw new IllegalArgumentException("rules that speak of users (user, %u) need a password file");
        }
    }

    private static boolean speaksOfUsers(Rule rule) {
        return rule.patterns.stream().anyMatch(TopicPattern::namesUser);
    }

    @Override
    public @Nullable Principal authenticate(String clientId, @Nullable String user, byte @Nullable [] password) {
        if (user == null || user.isEmpty()) {
            return anonymous ? new Principal(clientId, "") : null;
        }
        if (passwords == null) {
            // A name that nobody checks is nobody's.
            return new Principal(clientId, "");
        }
        boolean proved = passwords.verify(user, password == null ? new byte[0] : password);
        return proved ? new Principal(clientId, user) : null;
    }

    @Override
    public boolean mayUseClientId(Principal principal) {
        boolean restricted = false;
        for (AccessRule rule : ofClientIds) {
            if (rule.isForUser(principal.user())) {
                if (rule.listsClientId(principal)) {
                    return true;
                }
                restricted = true;
            }
        }
        return !restricted;
    }

    @Override
    public boolean authenticatesQuickly(@Nullable String user, byte @Nullable [] password) {
        return user == null
                || user.isEmpty()
                || passwords == null
                || password != null && passwords.wasProved(user, password);
    }

    @Override
    public boolean allowsEverything() {
        return rules.isEmpty() && ofClientIds.isEmpty() && passwords == null;
    }

    @Override
    public boolean mayRead(Principal principal, String topic) {
        return mayStay(principal.user())
                && (rules.isEmpty()
                        || topic.startsWith(SNAPSHOT)
                        || anyFilter(principal, AccessRule::read, filter -> filter.matches(topic)));
    }

    @Override
    public boolean mayWrite(Principal principal, String topic) {
        return mayStay(principal.user())
                && (rules.isEmpty() || anyFilter(principal, AccessRule::write, filter -> filter.matches(topic)));
    }

    @Override
    public boolean maySubscribe(Principal principal, String filter) {
        if (!mayStay(principal.user())) {
            return false;
        }
        if (rules.isEmpty() || filter.startsWith(SNAPSHOT)) {
            return true;
        }
        TopicFilter wanted;
        try {
            wanted = TopicFilter.parse(filter);
        } catch (IllegalArgumentException notAFilter) {
            return false;
        }
        return anyFilter(principal, AccessRule::read, wanted::overlaps);
    }

    /**
     * {@inheritDoc}
     *
     * <p>A value is kept with its writer's user name, not with the client id, so it stays visible as long as some rule
     * would let a client of that name write it, whatever its id. A user who is no longer in the password file may write
     * nothing. The empty name stands for anonymous clients, the unit itself and other units: such a value stays visible
     * where a rule for everybody ({@code user} left out) allows the write. So if anonymous clients could write before there
     * were rules, what they left under topics that only named users may write is hidden until one of those writes it
     * again: the unit cannot tell what was planted from what was meant.
     */
    @Override
    public boolean mayHaveWritten(String user, String topic) {
        if (rules.isEmpty()) {
            return true;
        }
        if (!user.isEmpty() && passwords != null && !passwords.contains(user)) {
            return false;
        }
        return rules.stream()
                .filter(rule -> rule.who.write() && rule.who.isForUser(user))
                .anyMatch(rule -> any(rule, user, null, filter -> filter.matches(topic)));
    }

    @Override
    public boolean isLetIn(Holder holder) {
        return mayStay(holder.user());
    }

    /** False for a connection that could not be made any more: its user was removed, or anonymous clients shut out. */
    private boolean mayStay(String user) {
        return user.isEmpty() ? anonymous : passwords == null || passwords.contains(user);
    }

    private boolean anyFilter(Principal principal, Predicate<AccessRule> right, Predicate<TopicFilter> test) {
        for (Rule rule : rules) {
            if (right.test(rule.who)
                    && rule.who.isFor(principal)
                    && any(rule, principal.user(), principal.clientId(), test)) {
                return true;
            }
        }
        return false;
    }

    private static boolean any(Rule rule, String user, @Nullable String client, Predicate<TopicFilter> test) {
        String id = rule.who.client() == null ? client : rule.who.client();
        for (TopicPattern pattern : rule.patterns) {
            TopicFilter filter = pattern.filterFor(user, id);
            if (filter != null && test.test(filter)) {
                return true;
            }
        }
        return false;
    }
}
