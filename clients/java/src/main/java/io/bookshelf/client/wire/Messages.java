package io.bookshelf.client.wire;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserProperties;
import com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserProperty;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PayloadFormatIndicator;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishBuilder;
import io.bookshelf.schema.ValueProperties;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;

/** PUBLISH packets to and from the types of the HiveMQ client. */
final class Messages {
    private Messages() {}

    static WireMessage of(Mqtt5Publish publish) {
        ValueProperties properties = ValueProperties.NONE.withUser(publish.getUserProperties().asList().stream()
                .map(property -> new ValueProperties.Property(
                        property.getName().toString(), property.getValue().toString()))
                .toList());
        if (publish.getPayloadFormatIndicator().orElse(null) == Mqtt5PayloadFormatIndicator.UTF_8) {
            properties = properties.withPayloadFormat(1);
        }
        if (publish.getContentType().isPresent()) {
            properties =
                    properties.withContentType(publish.getContentType().get().toString());
        }
        if (publish.getResponseTopic().isPresent()) {
            properties = properties.withResponseTopic(
                    publish.getResponseTopic().get().toString());
        }
        if (publish.getCorrelationData().isPresent()) {
            properties = properties.withCorrelationData(
                    bytes(publish.getCorrelationData().get()));
        }
        return new WireMessage(
                publish.getTopic().toString(),
                publish.getPayloadAsBytes(),
                publish.isRetain(),
                publish.getQos().getCode(),
                publish.getMessageExpiryInterval().orElse(-1),
                properties);
    }

    static Mqtt5Publish publish(WireMessage message) {
        ValueProperties properties = message.properties();
        Mqtt5PublishBuilder.Complete publish = Mqtt5Publish.builder()
                .topic(message.topic())
                .payload(message.payload())
                .retain(message.retain())
                .qos(Objects.requireNonNull(MqttQos.fromCode(message.qos())))
                .contentType(properties.contentType())
                .responseTopic(properties.responseTopic())
                .correlationData(properties.correlationData())
                .userProperties(users(properties.user()));
        if (message.expirySeconds() >= 0) {
            publish = publish.messageExpiryInterval(message.expirySeconds());
        }
        if (properties.payloadFormat() == 1) {
            publish = publish.payloadFormatIndicator(Mqtt5PayloadFormatIndicator.UTF_8);
        }
        return publish.build();
    }

    private static Mqtt5UserProperties users(List<ValueProperties.Property> user) {
        return Mqtt5UserProperties.of(user.stream()
                .map(property -> Mqtt5UserProperty.of(property.name(), property.value()))
                .toList());
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] copy = new byte[buffer.remaining()];
        buffer.duplicate().get(copy);
        return copy;
    }
}
