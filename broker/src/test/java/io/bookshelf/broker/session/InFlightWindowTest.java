package io.bookshelf.broker.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.broker.session.InFlightWindow.Packet;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What takes more packets than a simulation sends. */
final class InFlightWindowTest {
    @Test
    void givesNoPacketIdThatIsInUseWhenTheIdsBeginAnew() {
        InFlightWindow window = new InFlightWindow();
        Packet old = window.open(1, null, null);
        Set<Integer> given = new HashSet<>();
        for (int i = 0; i < 65_535; i++) {
            Packet packet = window.open(1, null, null);
            given.add(packet.packetId);
            window.close(packet.packetId);
        }

        assertThat(given).hasSize(65_534).doesNotContain(0, old.packetId);
    }
}
