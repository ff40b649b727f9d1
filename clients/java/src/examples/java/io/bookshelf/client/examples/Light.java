package io.bookshelf.client.examples;

/** A lamp, as the examples know it. */
public record Light(boolean on, int percent) {}
