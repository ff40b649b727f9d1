package io.bookshelf.client.wire;

import com.hivemq.client.mqtt.datatypes.MqttTopic;
import com.hivemq.client.mqtt.datatypes.MqttTopicFilter;

/** Topic filters and topic names, by MQTT's rules. */
public final class Filters {
    private Filters() {}

    /** A filter that has been checked, to match many topics against. */
    public static final class Filter {
        private final MqttTopicFilter filter;

        private Filter(MqttTopicFilter filter) {
            this.filter = filter;
        }

        /** Does the topic match? A wildcard at the start matches no topic that starts with {@code $}. */
        public boolean matches(String topic) {
            return filter.matches(MqttTopic.of(topic)) && !(topic.startsWith("$") && startsWithWildcard());
        }

        private boolean startsWithWildcard() {
            String text = filter.toString();
            return text.charAt(0) == '+' || text.charAt(0) == '#';
        }
    }

    /**
     * Checks a filter.
     *
     * @throws IllegalArgumentException with a sentence, if it is none or shared
     */
    public static Filter of(String text) {
        if (text.startsWith("$share/")) {
            throw new IllegalArgumentException(
                    "\"" + text + "\": a shared subscription has no snapshot, so it cannot be watched");
        }
        try {
            return new Filter(MqttTopicFilter.of(text));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is no topic filter: + and # stand for whole levels, # only at the end", e);
        }
    }
}
