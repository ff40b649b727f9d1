package io.bookshelf.broker.mqtt;

import io.bookshelf.broker.session.Session;
import io.bookshelf.broker.session.SubscriptionChanges;
import io.bookshelf.broker.session.SubscriptionChanges.Wanted;
import io.bookshelf.broker.topic.TopicFilter;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttSubscribeMessage;
import io.netty.handler.codec.mqtt.MqttSubscriptionOption;
import io.netty.handler.codec.mqtt.MqttTopicSubscription;
import io.netty.handler.codec.mqtt.MqttUnsubscribeMessage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** SUBSCRIBE and UNSUBSCRIBE. */
final class SubscribeFlow {

    /** Room for {@code $share/group/} before a filter as long as a key may be. */
    private static final int SHARE_BYTES = 128;

    private static final int VERSION_3_FAILURE = 0x80;

    private final ClientConnection connection;
    private final MqttEndpoint endpoint;

    SubscribeFlow(ClientConnection connection, MqttEndpoint endpoint) {
        this.connection = connection;
        this.endpoint = endpoint;
    }

    void subscribe(MqttSubscribeMessage message) {
        Session session = connection.session();
        List<MqttTopicSubscription> asked = message.payload().topicSubscriptions();
        if (asked.isEmpty()) {
            throw new ProtocolException(Reason.PROTOCOL_ERROR, "a SUBSCRIBE without filters");
        }
        boundFilters(asked.size());
        MqttProperties properties = message.idAndPropertiesVariableHeader().properties();
        int identifier = (int) Properties.number(properties, Properties.SUBSCRIPTION_ID, 0);
        if (identifier == 0 && Properties.has(properties, Properties.SUBSCRIPTION_ID)) {
            throw new ProtocolException(Reason.PROTOCOL_ERROR, "a subscription identifier of 0");
        }
        List<Wanted> wanted = new ArrayList<>();
        List<Integer> codes = new ArrayList<>();
        try {
            for (MqttTopicSubscription each : asked) {
                codes.add(check(each, identifier, session, wanted));
            }
        } catch (ProtocolException e) {
            SubscriptionChanges.abandon(session, wanted);
            throw e;
        }
        int packetId = message.variableHeader().messageId();
        endpoint.sessions().subscriptions().subscribe(session, wanted, refusal -> {
            if (connection.isOpen()) {
                List<Integer> answer = refusal == null
                        ? codes
                        : codes.stream()
                                .map(code -> failure(Reason.QUOTA_EXCEEDED))
                                .toList();
                suback(packetId, answer, refusal);
            }
        });
    }

    /** More than a session may have is a packet that can only cost. */
    private void boundFilters(int count) {
        if (count > 2 * endpoint.limits().subscriptions()) {
            throw new ProtocolException(
                    Reason.QUOTA_EXCEEDED,
                    count + " filters in a packet; at most "
                            + 2 * endpoint.limits().subscriptions() + " are taken");
        }
    }

    private void suback(int packetId, List<Integer> codes, @Nullable String why) {
        boolean explain =
                connection.settings().version5() && connection.writer().reasonStrings();
        connection.writer().message(Replies.suback(packetId, codes, explain ? why : null));
        connection.replied();
    }

    /** Adds what can be granted to {@code wanted}; returns the reason code. */
    private int check(MqttTopicSubscription asked, int identifier, Session session, List<Wanted> wanted) {
        TopicFilter filter;
        try {
            if (ByteBufUtil.utf8Bytes(asked.topicFilter()) > endpoint.limits().keyBytes() + SHARE_BYTES) {
                throw new IllegalArgumentException("a filter that is too long");
            }
            filter = TopicFilter.parse(asked.topicFilter());
        } catch (IllegalArgumentException e) {
            connection.say("a filter refused: " + e.getMessage());
            return failure(Reason.TOPIC_FILTER_INVALID);
        }
        MqttSubscriptionOption option = asked.option();
        boolean version5 = connection.settings().version5();
        if (version5 && filter.group() != null && option.isNoLocal()) {
            throw new ProtocolException(Reason.PROTOCOL_ERROR, "no-local on a shared subscription");
        }
        if (!endpoint.access().maySubscribe(connection.principal(), filter.filter())) {
            connection.say("no right to read anything under " + filter.filter());
            return failure(Reason.NOT_AUTHORIZED);
        }
        int bits = option.qos().value();
        if (version5) {
            bits |= (option.isNoLocal() ? 4 : 0)
                    | (option.isRetainAsPublished() ? 8 : 0)
                    | option.retainHandling().value() << 4;
        }
        Wanted each = new Wanted(filter, bits, identifier);
        wanted.add(each);
        if (SubscriptionChanges.subscriptionsWith(session, wanted)
                > endpoint.limits().subscriptions()) {
            wanted.remove(each);
            return failure(Reason.QUOTA_EXCEEDED);
        }
        if (!SubscriptionChanges.mayHold(session, each)) {
            wanted.remove(each);
            return failure(Reason.QUOTA_EXCEEDED);
        }
        return option.qos().value();
    }

    private int failure(int reason) {
        return connection.settings().version5() ? reason : VERSION_3_FAILURE;
    }

    void unsubscribe(MqttUnsubscribeMessage message) {
        List<String> filters = message.payload().topics();
        if (filters.isEmpty()) {
            throw new ProtocolException(Reason.PROTOCOL_ERROR, "an UNSUBSCRIBE without filters");
        }
        boundFilters(filters.size());
        int packetId = message.variableHeader().messageId();
        endpoint.sessions().subscriptions().unsubscribe(connection.session(), filters, existed -> {
            if (connection.isOpen()) {
                List<Short> codes = connection.settings().version5()
                        ? existed.stream()
                                .map(each -> (short) (each ? Reason.SUCCESS : Reason.NO_SUBSCRIPTION_EXISTED))
                                .toList()
                        : List.of();
                connection.writer().message(Replies.unsuback(packetId, codes));
                connection.replied();
            }
        });
    }
}
