package io.bookshelf.cli.config;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Guesses which word was meant. */
public final class Spelling {
    private Spelling() {}

    /** The word with the least Levenshtein distance, or null if none is close. */
    public static @Nullable String nearest(String written, Collection<String> words) {
        String nearest = null;
        // Two letters that changed places count as two edits.
        int least = 1 + Math.max(2, written.length() / 3);
        for (String word : words) {
            int distance = distance(written, word);
            if (distance < least) {
                least = distance;
                nearest = word;
            }
        }
        return nearest;
    }

    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
