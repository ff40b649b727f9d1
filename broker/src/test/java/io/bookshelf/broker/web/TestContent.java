package io.bookshelf.broker.web;

import java.net.InetSocketAddress;

/** What the pages of the tests say. */
final class TestContent {
    private TestContent() {}

    static WebContent healthy() {
        return with(true);
    }

    static WebContent with(boolean writable) {
        return new WebContent(
                "<attic> & \"co\"",
                () -> new InetSocketAddress("127.0.0.1", 1883),
                () -> new WebContent.Health(writable, "{\"status\":\"ok\"}"),
                () -> "up 1\n",
                StaticFiles.NONE);
    }
}
