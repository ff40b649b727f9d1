package io.bookshelf.store;

/**
 * Whose session or will it is, so that both can be ended when that user is put out.
 *
 * @param user the user name that was proved at CONNECT, empty for an anonymous client
 * @param proof by which certificate, as whoever judges certificates spells it; empty for a user who came in by another way,
 *     and for what was stored before this was kept
 */
public record Holder(String user, String proof) {}
