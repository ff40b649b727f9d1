package io.bookshelf.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.catalogue.SystemKeys.Role;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The table of who may write the keys by which a network runs itself. */
final class SystemKeysTest {
    @ParameterizedTest
    @CsvSource({
        "spiffe://home/unit/hall, UNIT",
        "spiffe://home/owner/anna, OWNER",
        "spiffe://home/phone/0a, PHONE",
        "spiffe://home/cloud/sky, CLOUD",
        "spiffe://home/king/anna, NOBODY",
        "spiffe://home, NOBODY",
        "spiffe://, NOBODY",
        "anna, LOCAL",
        "'', LOCAL"
    })
    void aNameTellsTheRole(String user, Role role) {
        assertThat(Role.of(user)).isEqualTo(role);
    }

    @ParameterizedTest
    @CsvSource({
        // key, then what unit, owner, phone, cloud, local client and nobody may: write, revoke, or nothing
        "bookshelf/phones/0a,  w, w, r, -, w, -",
        "bookshelf/units/hall, w, w, -, w, w, -",
        "bookshelf/crl/a/1,    w, w, -, -, w, -",
        "bookshelf/later,      w, w, -, -, w, -",
        "bookshelf/phones,     w, w, -, -, w, -",
        "bookshelves,          w, w, w, w, w, w",
        "lights/hall,          w, w, w, w, w, w"
    })
    void eachKeyHasItsWriters(
            String key, String unit, String owner, String phone, String cloud, String local, String nobody) {
        assertThat(what(Role.UNIT, key)).isEqualTo(unit);
        assertThat(what(Role.OWNER, key)).isEqualTo(owner);
        assertThat(what(Role.PHONE, key)).isEqualTo(phone);
        assertThat(what(Role.CLOUD, key)).isEqualTo(cloud);
        assertThat(what(Role.LOCAL, key)).isEqualTo(local);
        assertThat(what(Role.NOBODY, key)).isEqualTo(nobody);
    }

    private static String what(Role role, String key) {
        return SystemKeys.mayWrite(role, key) ? "w" : SystemKeys.mayRevoke(role, key) ? "r" : "-";
    }

    @ParameterizedTest
    @CsvSource({"UNIT, true", "OWNER, true", "LOCAL, true", "PHONE, false", "CLOUD, false", "NOBODY, false"})
    void aRetirementCountsByWhoStatesIt(Role role, boolean counts) {
        assertThat(SystemKeys.mayRetire(role)).isEqualTo(counts);
    }
}
