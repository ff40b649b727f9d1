package io.bookshelf.it;

import java.io.Closeable;
import java.util.List;

/** A client that somebody else wrote, behind one face. */
interface RealClient extends Closeable {
    /**
     * A message that it received.
     *
     * @param properties user properties and the rest as one text; empty on MQTT 3
     */
    record Message(String topic, int qos, boolean retain, String value, String properties) {}

    String name();

    boolean speaksMqtt5();

    /** Subscribes and returns when the unit has said yes. */
    void subscribe(String filter, int qos);

    /**
     * Publishes and returns when the unit has acknowledged it, if it does that for the QoS.
     *
     * @param withProperties with the user property {@code from}, a content type, a response topic and correlation data
     */
    void publish(String topic, int qos, boolean retain, String value, boolean withProperties);

    /** What it has received so far. */
    List<Message> received();

    @Override
    void close();
}
