package io.bookshelf.broker.web;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;

/** Puts requests together. No page takes a body; one of a few kilobytes is tolerated. */
final class RequestAggregator extends HttpObjectAggregator {
    static final int BODY_BYTES = 4_096;

    RequestAggregator() {
        super(BODY_BYTES, true);
    }

    @Override
    protected void handleOversizedMessage(ChannelHandlerContext ctx, HttpMessage oversized) {
        FullHttpResponse response =
                Responses.sentence(HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE, "Nothing here takes a body that long.");
        Responses.closing(ctx, response);
    }
}
