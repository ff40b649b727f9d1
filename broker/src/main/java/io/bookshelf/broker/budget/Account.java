package io.bookshelf.broker.budget;

/** What is held under one name. */
final class Account {
    long used;
    int holders;
}
