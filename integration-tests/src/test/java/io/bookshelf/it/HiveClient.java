package io.bookshelf.it;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt3.Mqtt3BlockingClient;
import com.hivemq.client.mqtt.mqtt3.message.publish.Mqtt3Publish;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishBuilder;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

/** The HiveMQ client library for Java. */
final class HiveClient {
    private HiveClient() {}

    static RealClient mqtt3(InetSocketAddress to) {
        return new Three(to);
    }

    static RealClient mqtt5(InetSocketAddress to) {
        return new Five(to);
    }

    private static MqttQos qos(int code) {
        return Objects.requireNonNull(MqttQos.fromCode(code));
    }

    private static final class Three implements RealClient {
        private final Mqtt3BlockingClient client;
        private final List<Message> received = new CopyOnWriteArrayList<>();

        Three(InetSocketAddress to) {
            client = MqttClient.builder()
                    .useMqttVersion3()
                    .identifier("hive3")
                    .serverAddress(to)
                    .buildBlocking();
            client.toAsync().publishes(MqttGlobalPublishFilter.ALL, this::take);
            client.connect();
        }

        private void take(Mqtt3Publish publish) {
            received.add(new Message(
                    publish.getTopic().toString(),
                    publish.getQos().getCode(),
                    publish.isRetain(),
                    new String(publish.getPayloadAsBytes(), StandardCharsets.UTF_8),
                    ""));
        }

        @Override
        public String name() {
            return "hive3";
        }

        @Override
        public boolean speaksMqtt5() {
            return false;
        }

        @Override
        public void subscribe(String filter, int qos) {
            client.subscribeWith().topicFilter(filter).qos(HiveClient.qos(qos)).send();
        }

        @Override
        public void publish(String topic, int qos, boolean retain, String value, boolean withProperties) {
            client.publishWith()
                    .topic(topic)
                    .qos(HiveClient.qos(qos))
                    .retain(retain)
                    .payload(Bytes.utf8(value))
                    .send();
        }

        @Override
        public List<Message> received() {
            return received;
        }

        @Override
        public void close() {
            client.disconnect();
        }
    }

    private static final class Five implements RealClient {
        private final Mqtt5BlockingClient client;
        private final List<Message> received = new CopyOnWriteArrayList<>();

        Five(InetSocketAddress to) {
            client = MqttClient.builder()
                    .useMqttVersion5()
                    .identifier("hive5")
                    .serverAddress(to)
                    .buildBlocking();
            client.toAsync().publishes(MqttGlobalPublishFilter.ALL, this::take);
            client.connect();
        }

        private void take(Mqtt5Publish publish) {
            received.add(new Message(
                    publish.getTopic().toString(),
                    publish.getQos().getCode(),
                    publish.isRetain(),
                    new String(publish.getPayloadAsBytes(), StandardCharsets.UTF_8),
                    publish.getUserProperties().asList()
                            + publish.getContentType().map(Object::toString).orElse("")
                            + publish.getResponseTopic().map(Object::toString).orElse("")
                            + publish.getCorrelationData()
                                    .map(data ->
                                            StandardCharsets.UTF_8.decode(data).toString())
                                    .orElse("")));
        }

        @Override
        public String name() {
            return "hive5";
        }

        @Override
        public boolean speaksMqtt5() {
            return true;
        }

        @Override
        public void subscribe(String filter, int qos) {
            client.subscribeWith().topicFilter(filter).qos(HiveClient.qos(qos)).send();
        }

        @Override
        public void publish(String topic, int qos, boolean retain, String value, boolean withProperties) {
            Mqtt5PublishBuilder.Complete publish = Mqtt5Publish.builder()
                    .topic(topic)
                    .qos(HiveClient.qos(qos))
                    .retain(retain)
                    .payload(Bytes.utf8(value));
            if (withProperties) {
                publish = publish.contentType("text/plain")
                        .responseTopic("answers/here")
                        .correlationData(Bytes.utf8("42"))
                        .userProperties()
                        .add("from", name())
                        .applyUserProperties();
            }
            client.publish(publish.build());
        }

        @Override
        public List<Message> received() {
            return received;
        }

        @Override
        public void close() {
            client.disconnect();
        }
    }
}
