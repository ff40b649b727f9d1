package io.bookshelf.broker.admission;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import org.jspecify.annotations.Nullable;

/**
 * The place that a connection takes in an {@link Admission}. Until it is kept, it goes to somebody else when there is no other:
 * nobody has proved anything on it, and a browser makes another without being asked. Loop thread only.
 */
public final class Place {
    private static final AttributeKey<Place> KEY = AttributeKey.valueOf(Place.class, "place");

    private final Admission admission;
    private final Channel channel;
    private final String listener;
    private final String address;
    private final Admission.Group group;

    Place(Admission admission, Channel channel, String listener, String address, Admission.Group group) {
        this.admission = admission;
        this.channel = channel;
        this.listener = listener;
        this.address = address;
        this.group = group;
        channel.attr(KEY).set(this);
    }

    /** The place of a connection, null where none is counted. */
    public static @Nullable Place of(Channel channel) {
        return channel.attr(KEY).get();
    }

    /** The connection is in use by a client that has been let in: nobody else gets its place any more. */
    public static void keep(Channel channel) {
        Place place = of(channel);
        if (place != null) {
            place.admission.keep(place);
        }
    }

    /** Something was asked or answered on the connection: of those that are not kept, it is the last to go. */
    public static void used(Channel channel) {
        Place place = of(channel);
        if (place != null) {
            place.admission.used(place);
        }
    }

    Channel channel() {
        return channel;
    }

    String listener() {
        return listener;
    }

    String address() {
        return address;
    }

    Admission.Group group() {
        return group;
    }
}
