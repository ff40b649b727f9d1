package io.bookshelf.broker.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.broker.admission.RemoteAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PasswordChecksTest {
    private static final String HOSTILE = "192.0.2.7";
    private static final String HONEST = "192.0.2.8";

    private final ArrayDeque<Runnable> executor = new ArrayDeque<>();
    private final PasswordChecks checks = new PasswordChecks(executor::add);
    private final List<String> done = new ArrayList<>();
    private final List<String> refused = new ArrayList<>();

    private void ask(String address, String user) {
        ask(new Object(), address, user);
    }

    private void ask(Object of, String address, String user) {
        String name = user + "@" + address;
        checks.offer(new PasswordChecks.Check(of, address, user, () -> done.add(name), () -> refused.add(name)));
    }

    private void run(int some) {
        for (int i = 0; i < some && !executor.isEmpty(); i++) {
            executor.remove().run();
        }
    }

    private void runAll() {
        while (!executor.isEmpty()) {
            executor.remove().run();
        }
    }

    @Test
    void doesAllThatFit() {
        for (int i = 0; i < 10; i++) {
            ask(HONEST, "user" + i);
        }
        runAll();
        assertThat(done).hasSize(10);
        assertThat(refused).isEmpty();
        assertThat(checks.size()).isZero();
    }

    @Test
    void aFloodFromOneAddressIsRefusedAndAnotherAddressIsNext() {
        for (int i = 0; i < 1_000; i++) {
            ask(HOSTILE, "user" + i);
        }
        assertThat(checks.size()).isEqualTo(32);
        ask(HONEST, "anna");
        run(2);
        assertThat(done).contains("anna@" + HONEST);
        assertThat(refused).hasSize(1_000 - 32).noneMatch(each -> each.endsWith(HONEST));
    }

    @Test
    void floodsFromManyAddressesLeaveRoomForOneMore() {
        for (int address = 0; address < 100; address++) {
            for (int i = 0; i < 32; i++) {
                ask("198.51.100." + address, "user" + i);
            }
        }
        ask(HONEST, "anna");
        runAll();
        assertThat(done).contains("anna@" + HONEST).hasSizeLessThanOrEqualTo(257);
    }

    @Test
    void aFloodForOneUserNameLeavesTurnsToAnotherOfTheSameMachine() {
        for (int i = 0; i < 1_000; i++) {
            ask(RemoteAddress.LOOPBACK, "bert");
        }
        assertThat(checks.size()).isEqualTo(64);
        ask(RemoteAddress.LOOPBACK, "anna");
        run(2);
        assertThat(done).contains("anna@");
        assertThat(refused).hasSize(1_000 - 64).containsOnly("bert@");
    }

    @Test
    void aFullAddressMakesRoomForAUserNameByTheNewestOfWhoeverHasMore() {
        for (int i = 0; i < 16; i++) {
            ask(HOSTILE, "bert");
            ask(HOSTILE, "carl");
        }
        ask(HOSTILE, "anna");
        assertThat(refused).hasSize(1).doesNotContain("anna@" + HOSTILE);
        runAll();
        assertThat(done).contains("anna@" + HOSTILE).hasSize(32);
    }

    @Test
    void doesNothingForWhoeverIsGone() {
        Object gone = new Object();
        ask(gone, HOSTILE, "bert");
        ask(HONEST, "anna");
        checks.forget(gone);
        assertThat(checks.size()).isEqualTo(1);
        runAll();
        assertThat(done).containsExactly("anna@" + HONEST);
        assertThat(refused).isEmpty();
    }
}
