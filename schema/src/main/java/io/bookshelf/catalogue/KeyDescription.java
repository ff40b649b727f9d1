package io.bookshelf.catalogue;

import io.bookshelf.schema.Scope;
import java.util.Locale;

/**
 * What there is to say of the keys of a pattern.
 *
 * @param pattern which keys
 * @param says a sentence on what they hold
 * @param type what the bytes of their values are
 * @param owner who writes them, in a word or two
 * @param sensitivity who may see a value without having asked for it
 * @param example a value, as text; base64 where the type is {@link Type#BYTES}
 */
public record KeyDescription(
        KeyPattern pattern, String says, Type type, String owner, Sensitivity sensitivity, String example) {
    /** What the bytes of a value are. */
    public enum Type {
        /** UTF-8. */
        TEXT,
        /** A JSON document. */
        JSON,
        /** A whole number, in decimal digits. */
        INTEGER,
        /** A number as JSON has them. */
        NUMBER,
        /** {@code true} or {@code false}. */
        BOOLEAN,
        /** Anything. */
        BYTES,
        /** An instant as {@code 2026-11-22T05:08:33Z}. */
        TIME;

        /** The word for it in files and documents. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Who may see a value without having asked for it. */
    public enum Sensitivity {
        /** Anybody. */
        PUBLIC,
        /** It says something of people: shown, and not given away. */
        PERSONAL,
        /** A password or a key: masked in lists, exports and on screens until it is asked for. */
        SECRET;

        /** The word for it in files and documents. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** How far the keys travel: said by the pattern, never by whoever describes it. */
    public Scope scope() {
        return pattern.scope();
    }
}
