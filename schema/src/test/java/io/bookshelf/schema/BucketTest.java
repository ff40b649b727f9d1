package io.bookshelf.schema;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class BucketTest {
    /** From {@code printf KEY | sha256sum}: a bucket is part of what units agree on, so it never changes. */
    @Test
    void isTheFirst15BitsOfTheSha256OfTheUtf8() {
        assertThat(Bucket.of(Key.of("a"))).isEqualTo(0xca97 >> 1);
        assertThat(Bucket.of(Key.of("home/küche/licht"))).isEqualTo(0x4234 >> 1);
        Key key = Key.of("abc");
        assertThat(Bucket.of(key)).isEqualTo(0xba78 >> 1);
        assertThat(Bucket.of(key)).isEqualTo(0xba78 >> 1);
    }
}
