package io.bookshelf.client;

import io.bookshelf.client.wire.WireMessage;
import java.util.List;

/** Somebody who wants the state under some filters. Called by the engine's thread only, and never to block. */
interface Interest {
    /** What is subscribed to, together. */
    List<String> filters();

    /** It is subscribed: a snapshot begins. */
    void started();

    /** A key's value, or its deletion by an empty payload. */
    void received(WireMessage message);

    /** The snapshot has been received in full. */
    void complete();

    /** There is no connection any more; {@link #started} comes again when there is. */
    void interrupted(String reason);

    /** It cannot be, and is forgotten. */
    void failed(BookshelfException why);
}
