package io.bookshelf.client.pattern;

/** Names that become a level of a key. */
final class Names {
    private Names() {}

    /**
     * The name, if it can be one level of a key.
     *
     * @throws IllegalArgumentException with a sentence if not
     */
    static String level(String what, String name) {
        if (name.isEmpty() || name.indexOf('/') >= 0 || name.indexOf('+') >= 0 || name.indexOf('#') >= 0) {
            throw new IllegalArgumentException(
                    "the name of " + what + " is one level of a key, without / + and #: not \"" + name + "\"");
        }
        return name;
    }
}
