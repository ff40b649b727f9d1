package io.bookshelf.broker.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.broker.session.SimMessages.Sent;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/** Shared subscriptions: each message is one member's (MQTT 5, section 4.8.2). */
final class SimGroups {
    private final Map<String, SimClient> owners = new HashMap<>();

    /** A message has been handed to the unit, which has said for whom it keeps copies. */
    void submitted(Sent sent, Publication publication, Collection<SimClient> clients) {
        for (String filter : SimOptions.FILTERS) {
            if (!filter.startsWith("$share") || sent.message.qos() == 0) {
                continue;
            }
            String name = sent.name + " by " + filter;
            boolean wanted = clients.stream().anyMatch(client -> member(client, filter, sent));
            long copies = 0;
            for (Publication.Queued queued : publication.queued) {
                if (SimOptions.shareOf(queued.event().subscriptionIds).equals(" by " + filter)) {
                    copies++;
                    clients.stream()
                            .filter(client -> client.id.equals(queued.session().clientId()))
                            .filter(client -> member(client, filter, sent))
                            .forEach(client -> client.expected.add(name));
                }
            }
            assertThat(copies).as("members that get %s", name).isBetween(wanted ? 1L : 0L, 1L);
        }
    }

    private static boolean member(SimClient client, String filter, Sent sent) {
        SimClient.Sub sub = client.subs.get(filter);
        return client.reachable() && sub != null && sub.certain && sub.filter.matches(sent.message.topic());
    }

    void got(SimClient client, String name) {
        SimClient owner = owners.putIfAbsent(name, client);
        assertThat(owner == null ? client.id : owner.id)
                .as("%s goes to two members", name)
                .isEqualTo(client.id);
    }
}
