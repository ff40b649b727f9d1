package io.bookshelf.broker.mqtt;

import io.bookshelf.schema.ValueProperties;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttProperties.MqttProperty;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads MQTT 5 properties as the codec has decoded them; their numbers are those of MQTT 5, section 2.2.2.2. */
final class Properties {
    static final int PAYLOAD_FORMAT = 0x01;
    static final int MESSAGE_EXPIRY = 0x02;
    static final int CONTENT_TYPE = 0x03;
    static final int RESPONSE_TOPIC = 0x08;
    static final int CORRELATION_DATA = 0x09;
    static final int SUBSCRIPTION_ID = 0x0B;
    static final int SESSION_EXPIRY = 0x11;
    static final int ASSIGNED_CLIENT_ID = 0x12;
    static final int SERVER_KEEP_ALIVE = 0x13;
    static final int AUTHENTICATION_METHOD = 0x15;
    static final int AUTHENTICATION_DATA = 0x16;
    static final int REQUEST_PROBLEM_INFORMATION = 0x17;
    static final int WILL_DELAY = 0x18;
    static final int REASON_STRING = 0x1F;
    static final int RECEIVE_MAXIMUM = 0x21;
    static final int TOPIC_ALIAS_MAXIMUM = 0x22;
    static final int TOPIC_ALIAS = 0x23;
    static final int USER_PROPERTY = 0x26;
    static final int MAXIMUM_PACKET_SIZE = 0x27;

    /** A user property: the name of a unit. */
    static final String UNIT = "bookshelf-unit";

    /** The user property with which a client asks for a write only where the key has no value. */
    static final String IF_ABSENT = "bookshelf-if-absent";

    /** The user property with which a client names a write of its own, so that it can repeat it. */
    static final String WRITE_ID = "bookshelf-write-id";

    /** The user property of a CONNECT with which a client asks for more than MQTT says; what is not known is passed over. */
    static final String ASK = "bookshelf-ask";

    /** What it asks for: the version of each stored write, in its acknowledgement. */
    static final String ASK_VERSION = "version";

    /** A user property: a version. */
    static final String VERSION = "bookshelf-version";

    /** User properties that only the unit sets, or that are for the unit alone. */
    private static final Set<String> OWN = Set.of(VERSION, UNIT, "bookshelf-time", IF_ABSENT, WRITE_ID);

    private Properties() {}

    static long number(MqttProperties properties, int id, long otherwise) {
        MqttProperty<?> property = properties.getProperty(id);
        return property instanceof MqttProperties.IntegerProperty number
                ? Integer.toUnsignedLong(number.value())
                : otherwise;
    }

    static boolean has(MqttProperties properties, int id) {
        return properties.getProperty(id) != null;
    }

    static @Nullable String text(MqttProperties properties, int id) {
        return properties.getProperty(id) instanceof MqttProperties.StringProperty text ? text.value() : null;
    }

    /** The value of the first user property of that name, null if there is none. */
    static @Nullable String user(MqttProperties properties, String name) {
        List<String> all = users(properties, name);
        return all.isEmpty() ? null : all.getFirst();
    }

    /** The values of all user properties of that name. */
    static List<String> users(MqttProperties properties, String name) {
        if (!(properties.getProperty(USER_PROPERTY) instanceof MqttProperties.UserProperties pairs)) {
            return List.of();
        }
        List<String> found = List.of();
        for (MqttProperties.StringPair pair : pairs.value()) {
            if (pair.key.equals(name)) {
                found = found.isEmpty() ? new ArrayList<>(1) : found;
                found.add(pair.value);
            }
        }
        return found;
    }

    /** What a value carries: everything but what concerns only this hop; the unit's own user properties are taken out. */
    // NullAway does not see the annotation on an array of another module's class file (correlation data).
    @SuppressWarnings("NullAway")
    static ValueProperties value(MqttProperties properties, String user, String noLocalClient) {
        if (properties.isEmpty()) {
            return user.isEmpty() && noLocalClient.isEmpty()
                    ? ValueProperties.NONE
                    : new ValueProperties(0, null, null, null, List.of(), user, noLocalClient);
        }
        List<ValueProperties.Property> userProperties = new ArrayList<>(0);
        for (MqttProperty<?> property : properties.listAll()) {
            if (property instanceof MqttProperties.UserProperties pairs) {
                for (MqttProperties.StringPair pair : pairs.value()) {
                    add(userProperties, pair);
                }
            } else if (property instanceof MqttProperties.UserProperty pair) {
                add(userProperties, pair.value());
            }
        }
        return new ValueProperties(
                (int) number(properties, PAYLOAD_FORMAT, 0),
                text(properties, CONTENT_TYPE),
                text(properties, RESPONSE_TOPIC),
                properties.getProperty(CORRELATION_DATA) instanceof MqttProperties.BinaryProperty data
                        ? data.value()
                        : null,
                userProperties,
                user,
                noLocalClient);
    }

    private static void add(List<ValueProperties.Property> to, MqttProperties.StringPair pair) {
        if (!OWN.contains(pair.key)) {
            to.add(new ValueProperties.Property(pair.key, pair.value));
        }
    }
}
