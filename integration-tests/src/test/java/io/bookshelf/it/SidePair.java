package io.bookshelf.it;

import java.io.Closeable;
import java.net.InetSocketAddress;
import java.util.Map;

/** Two brokers that are connected by a cable that can be cut. */
interface SidePair extends Closeable {
    /** What it is, for a table. */
    String name();

    /** Where one of the two, 0 or 1, takes clients. */
    InetSocketAddress mqtt(int side);

    /** Cuts the cable; returns when both know. */
    void cut();

    /** Mends the cable; returns when both have sent what they had to send. */
    void heal();

    /** The values of all keys under {@code k/} on one of the two. */
    Map<String, String> state(int side);

    @Override
    void close();

    /** Two units. */
    final class OfUnits implements SidePair {
        private final Relays cables;
        private final RealNetwork network;

        OfUnits(Relays cables, RealNetwork network) {
            this.cables = cables;
            this.network = network;
            network.awaitInSync();
        }

        private String unit(int side) {
            return network.names().get(side);
        }

        @Override
        public String name() {
            return "two Bookshelf units";
        }

        @Override
        public InetSocketAddress mqtt(int side) {
            return network.unit(unit(side)).mqtt();
        }

        @Override
        public void cut() {
            cables.all().forEach(Relay::cut);
            network.awaitLinks((from, to) -> false);
        }

        @Override
        public void heal() {
            cables.all().forEach(Relay::heal);
            network.awaitInSync();
        }

        @Override
        public Map<String, String> state(int side) {
            return network.state(unit(side), RealNetwork.KEYS);
        }

        @Override
        public void close() {
            network.close();
        }
    }
}
