package io.bookshelf.node.replication;

import org.jspecify.annotations.Nullable;

/**
 * What is told of a discarded concurrent write.
 *
 * @param key its key
 * @param writer the user who wrote the value, empty for nobody known, null for a delete
 * @param json an object with key, value, and the versions that lost and won
 */
public record ConflictReport(String key, @Nullable String writer, String json) {}
