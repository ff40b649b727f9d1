package io.bookshelf.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a terminal gets of what is printed. */
final class VisibleStreamTest {
    /** Prints it in pieces of some length, flushing behind each. */
    private static String printed(byte[] text, int piece, boolean terminal) throws IOException {
        ByteArrayOutputStream shown = new ByteArrayOutputStream();
        try (VisibleStream stream = new VisibleStream(shown, terminal)) {
            for (int at = 0; at < text.length; at += piece) {
                stream.write(text, at, Math.min(piece, text.length - at));
                stream.flush();
            }
        }
        return shown.toString(StandardCharsets.UTF_8);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void ownSequencesPassAndOthersAreShownHoweverThePiecesFall() throws IOException {
        String text = Printing.control("\u001b[1m") + "größer \u001b[31m 👩‍🚀 \ud835\udd38"
                + Printing.control("\u001b[0m") + "\u001b<guess:\u001b[2J\0 \u2028 \uDB40\uDC41 ";
        for (int piece = 1; piece < 80; piece++) {
            assertThat(printed(utf8(text), piece, true))
                    .as("pieces of %d", piece)
                    .isEqualTo("\u001b[1mgrößer \\u001b[31m 👩‍🚀 \ud835\udd38\u001b[0m"
                            + "\\u001b<guess:\\u001b[2J\\u0000 \\u2028 \\udb40\\udc41 ");
            assertThat(printed(utf8(text), piece, false))
                    .as("in a pipe")
                    .isEqualTo("größer \u001b[31m 👩‍🚀 \ud835\udd38\u001b<guess:\u001b[2J\0 \u2028 \uDB40\uDC41 ");
        }
    }

    @Test
    void whatIsNoUtf8IsShownByteByByteAndNothingIsKeptAtTheEnd() throws IOException {
        byte[] bytes = {
            'a', (byte) 0xC3, 'b', (byte) 0x9B, (byte) 0xED, (byte) 0xA0, (byte) 0x80, (byte) 0xF0, (byte) 0x9F
        };
        for (int piece = 1; piece < 10; piece++) {
            assertThat(printed(bytes, piece, true)).isEqualTo("a\\xc3b\\x9b\\xed\\xa0\\x80\\xf0\\x9f");
        }
    }

    @Test
    void noBytesMakeItFailOrLetAControlCharacterThrough() throws IOException {
        long seed = Long.getLong("bookshelf.seed", new Random().nextLong());
        Random random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            byte[] bytes = new byte[random.nextInt(60)];
            random.nextBytes(bytes);
            assertThat(printed(bytes, 1 + random.nextInt(20), true))
                    .as("seed %d, %d", seed, i)
                    .doesNotContainPattern("[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\ufffd]");
        }
    }
}
