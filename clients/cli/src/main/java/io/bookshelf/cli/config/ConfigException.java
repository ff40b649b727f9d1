package io.bookshelf.cli.config;

/** A setting is wrong; the message is one sentence that says where and what to do. */
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ConfigException(String message) {
        super(message);
    }
}
