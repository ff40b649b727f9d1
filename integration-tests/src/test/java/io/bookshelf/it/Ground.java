package io.bookshelf.it;

import java.io.Closeable;
import java.util.List;

/** What the units of a {@link RealNetwork} stand on: where each listens, and where the others find it. */
interface Ground extends Closeable {
    /** What goes before the command that runs a unit. */
    List<String> wrapper(String unit);

    /** The host on which a unit listens for MQTT and HTTP, where the test reaches it. */
    String host(String unit);

    /** Where a unit listens for the others, as {@code --listen} takes it. */
    String listen(String unit);

    /** Where one unit finds another, as {@code peers.toml} has it. */
    String address(String from, String to);

    @Override
    void close();
}
