package io.bookshelf.broker.mqtt;

import io.netty.buffer.ByteBufUtil;
import java.util.HashMap;
import java.util.Map;

/** The topic aliases that one client has set. Only topics that a publish may have are kept, so that each is small. */
final class TopicAliases {
    private final int highest;
    private final int longestTopic;
    private final Room room;
    private final Map<Integer, String> topics = new HashMap<>();

    /** Where the memory for the topics comes from. */
    @FunctionalInterface
    interface Room {
        /** The reason code of the refusal of so many bytes more, {@link Reason#SUCCESS} if they are granted. */
        int take(int bytes);
    }

    /**
     * Makes an empty one.
     *
     * @param highest the highest alias that may be set
     * @param longestTopic in bytes; a longer one is not kept
     */
    TopicAliases(int highest, int longestTopic, Room room) {
        this.highest = highest;
        this.longestTopic = longestTopic;
        this.room = room;
    }

    /**
     * The topic that a PUBLISH is for.
     *
     * @param topic what it names, empty where the alias stands for it
     * @param alias its alias, -1 for none
     * @throws ProtocolException if the alias may not be, or stands for nothing
     */
    String resolve(String topic, long alias) {
        if (alias < 0) {
            if (topic.isEmpty()) {
                throw new ProtocolException(Reason.PROTOCOL_ERROR, "an empty topic name");
            }
            return topic;
        }
        if (alias == 0 || alias > highest) {
            throw new ProtocolException(Reason.TOPIC_ALIAS_INVALID, "topic alias " + alias);
        }
        if (!topic.isEmpty()) {
            set((int) alias, topic);
            return topic;
        }
        String known = topics.get((int) alias);
        if (known == null) {
            throw new ProtocolException(Reason.PROTOCOL_ERROR, "topic alias " + alias + " stands for nothing yet");
        }
        return known;
    }

    private void set(int alias, String topic) {
        if (!mayBeKept(topic)) {
            forget(alias);
            return;
        }
        int reason = room.take(size(topic));
        if (reason != Reason.SUCCESS) {
            throw new ProtocolException(reason, "there is no room for its topic aliases");
        }
        forget(alias);
        topics.put(alias, topic);
    }

    private void forget(int alias) {
        String before = topics.remove(alias);
        if (before != null) {
            room.take(-size(before));
        }
    }

    /** A publish to a longer topic is refused, so that it needs no alias. */
    private boolean mayBeKept(String topic) {
        return topic.length() <= longestTopic && ByteBufUtil.utf8Bytes(topic) <= longestTopic;
    }

    /** Heap bytes that a topic takes with its place in the map, rounded up. */
    private static int size(String topic) {
        return 128 + 2 * topic.length();
    }
}
