package io.bookshelf.broker.web;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;

/** Puts requests together. What a page of the sign-in takes fits into a few kilobytes; no other takes a body at all. */
final class RequestAggregator extends HttpObjectAggregator {
    static final int BODY_BYTES = 4_096;

    private static final int MOST_PIECES = 4;

    RequestAggregator() {
        super(BODY_BYTES, true);
        // Each piece holds the whole buffer that it came in: a body that comes byte by byte would hold thousands of
        // them.
        setMaxCumulationBufferComponents(MOST_PIECES);
    }

    @Override
    protected void handleOversizedMessage(ChannelHandlerContext ctx, HttpMessage oversized) {
        boolean json = oversized instanceof HttpRequest request && SignInPages.serves(request.uri());
        String sentence = "Nothing here takes a body that long.";
        HttpResponseStatus status = HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE;
        FullHttpResponse response = json ? SignInPages.mistake(status, sentence) : Responses.sentence(status, sentence);
        Responses.closing(ctx, response);
    }
}
