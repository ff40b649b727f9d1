package io.bookshelf.pki;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever lies in the folder, and under whatever name: of an authority's lists the one of the highest number counts. */
final class KeptListsTest {
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    private static final Authority HOME = TestCertificates.authority("home", NOW.minus(Duration.ofDays(365)));
    private static final Authority NEXT = TestCertificates.authority("home", NOW.minus(Duration.ofDays(30)));
    private static final Authorities BOTH = Authorities.of(List.of(HOME.certificate(), NEXT.certificate()), "test");

    @TempDir
    private Path folder;

    private static RevocationList list(long number) {
        byte[] der = Issuing.list(HOME, number, Map.of(BigInteger.valueOf(number), NOW), NOW);
        return RevocationList.verified(der, BOTH);
    }

    private long loaded(RevocationList underItsName, RevocationList underAnother) {
        SafeFiles.makePrivateFolder(folder);
        SafeFiles.writePrivate(folder.resolve(HOME.id() + ".crl"), underItsName.der());
        SafeFiles.writePrivate(folder.resolve(NEXT.id() + ".crl"), underAnother.der());
        RevocationList kept = new KeptLists(folder)
                .load(BOTH, (file, why) -> {
                    throw new AssertionError(file + ": " + why);
                })
                .get(HOME.id());
        return Objects.requireNonNull(kept).number();
    }

    @Test
    void theHighestNumberCountsWhateverTheFilesAreCalled() {
        assertThat(loaded(list(1), list(2))).isEqualTo(2);
        assertThat(loaded(list(2), list(1))).isEqualTo(2);
    }

    @Test
    void ofTwoTheNewerIsTheSameWhicheverComesFirst() {
        RevocationList older = list(1);
        RevocationList newer = list(2);
        assertThat(KeptLists.newer(older, newer)).isSameAs(newer);
        assertThat(KeptLists.newer(newer, older)).isSameAs(newer);
    }
}
