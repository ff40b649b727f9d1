package io.bookshelf.link;

import io.bookshelf.broker.peer.PeerChannel;
import io.bookshelf.broker.peer.PeerDoor;
import io.bookshelf.broker.peer.PeerIdentity;

/** A link that the peer dialled; its events come from the broker's loop, in order. */
final class AcceptedLink implements Link, PeerDoor.Receiver {
    private final PeerChannel channel;
    private final LinkListener listener;

    AcceptedLink(PeerChannel channel, LinkListener listener) {
        this.channel = channel;
        this.listener = listener;
    }

    @Override
    public PeerIdentity peer() {
        return channel.peer().identity();
    }

    @Override
    public boolean dialled() {
        return false;
    }

    @Override
    public String address() {
        return channel.address();
    }

    @Override
    public void send(byte[] frame) {
        channel.send(frame);
    }

    @Override
    public void pause() {
        channel.pause();
    }

    @Override
    public void resume() {
        channel.resume();
    }

    @Override
    public void close(String reason) {
        channel.close(reason);
    }

    @Override
    public void received(byte[] frame) {
        listener.received(this, frame);
    }

    @Override
    public void closed(String reason) {
        listener.closed(this, reason);
    }

    @Override
    public String toString() {
        return "link from " + peer() + " at " + address();
    }
}
