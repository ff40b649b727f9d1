package io.bookshelf.cli.bench;

/** Finds the one property of an MQTT 5 CONNACK that a load must respect. */
final class ConnackProperties {
    private static final int RECEIVE_MAXIMUM = 0x21;
    private static final int NO_LIMIT = 65_535;

    private ConnackProperties() {}

    /** The broker's receive maximum, 65,535 where it states none. */
    static int receiveMaximum(PacketParser connack) {
        int at = 2;
        while (at < connack.bodyLength() && connack.bodyByte(at) >= 0x80) {
            at++;
        }
        at++;
        while (at < connack.bodyLength()) {
            int id = connack.bodyByte(at);
            if (id == RECEIVE_MAXIMUM) {
                return connack.bodyShort(at + 1);
            }
            at += 1 + width(connack, id, at + 1);
        }
        return NO_LIMIT;
    }

    private static int width(PacketParser connack, int id, int at) {
        return switch (id) {
            case 0x24, 0x25, 0x28, 0x29, 0x2A -> 1;
            case 0x13, 0x22 -> 2;
            case 0x11, 0x27 -> 4;
            case 0x26 -> {
                int name = 2 + connack.bodyShort(at);
                yield name + 2 + connack.bodyShort(at + name);
            }
            default -> 2 + connack.bodyShort(at);
        };
    }
}
