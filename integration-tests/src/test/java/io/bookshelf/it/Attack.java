package io.bookshelf.it;

import java.io.IOException;

/**
 * A way to do a unit harm.
 *
 * @param rounds the most rounds, so that what it leaves on the disk has a bound
 * @param way what a round does
 */
record Attack(int rounds, Way way) {
    /** What a round does. */
    interface Way {
        /**
         * Does one round.
         *
         * @throws IOException if the unit refuses or cuts off, which ends the round
         */
        void round(Assault on, int round) throws IOException, InterruptedException;
    }

    void round(Assault on, int round) throws IOException, InterruptedException {
        way.round(on, round);
    }
}
