package io.bookshelf.node.replication;

import io.bookshelf.golden.Golden;
import io.bookshelf.store.MemoryDisk;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What units say to one another, frame by frame, in the plainest case of each thing that they do. */
final class GoldenTranscriptsTest {
    private final List<String> lines = new ArrayList<>();
    private final FrameText text = new FrameText();

    private void heading(String... about) {
        for (String line : about) {
            lines.add("# " + line);
        }
        lines.add("# milliseconds, from > to, frame; counters and digests are those of private/... and of all else");
    }

    /** Writes down what was sent since the last time, under a title. */
    private void chapter(String title, Script script) {
        lines.add("");
        lines.add("-- " + title);
        script.sent.forEach(sent -> lines.add(text.line(sent)));
        script.sent.clear();
    }

    /** Lets the script go on, unrecorded; who is who has to be known all the same. */
    private void skip(Script script) {
        script.sent.forEach(text::line);
        script.sent.clear();
    }

    @Test
    void handshake() {
        heading("Two empty units meet and find that they hold the same.");
        Script script = Script.mesh("attic", "hall");
        script.run(5_300);
        chapter("both are there for the first time", script);
        Golden.compare("handshake.txt", lines);
    }

    @Test
    void catchUp() {
        heading("A unit was away, and comes back with its cursor.");
        Script script = Script.mesh("attic", "hall");
        script.write("attic", "k/a", "1");
        script.write("hall", "private/b", "2");
        script.agree();
        script.run(10_000);
        script.unit("hall").die();
        script.run(1_000);
        script.write("attic", "k/a", "3");
        script.delete("attic", "k/c");
        script.write("attic", "private/d", "4");
        script.run(10_000);
        skip(script);
        script.unit("hall").start();
        script.run(1_200);
        chapter("the hall is back", script);
        Golden.compare("catch-up.txt", lines);
    }

    @Test
    void repair() {
        heading(
                "Two units that have never met hold what is older than their present start: nothing of it is in the",
                "streams, and a descent finds it.");
        Script script = Script.mesh("attic", "hall");
        script.cut("attic", "hall");
        script.write("attic", "k/attic", "1");
        script.write("attic", "k/both", "2");
        script.write("hall", "k/hall", "3");
        script.run(1_000);
        script.write("hall", "k/both", "4");
        script.run(1_000);
        script.restart("attic");
        script.restart("hall");
        script.heal("attic", "hall");
        script.agree();
        script.run(100);
        chapter("they meet", script);
        Golden.compare("repair.txt", lines);
    }

    @Test
    void relay() {
        heading("A write in a chain, and in a full mesh.");
        Script chain = Script.chain("attic", "hall", "cellar");
        chain.agree();
        skip(chain);
        chain.write("attic", "k", "1");
        chain.run(200);
        chapter("attic - hall - cellar", chain);
        Script mesh = Script.mesh("attic", "cellar", "hall");
        mesh.agree();
        skip(mesh);
        mesh.write("attic", "k", "1");
        mesh.run(200);
        chapter("each linked with each", mesh);
        Golden.compare("relay.txt", lines);
    }

    @Test
    void drop() {
        heading("A unit that was away while a key was deleted, and while that was forgotten, is told to drop it.");
        Script script = Script.mesh("attic", "hall");
        script.write("attic", "k", "1");
        script.agree();
        script.run(10_000);
        MemoryDisk image = script.unit("hall").disk.copy();
        script.delete("attic", "k");
        script.until("it is forgotten", () -> script.row("attic", "k") == null && script.row("hall", "k") == null);
        script.agree();
        script.unit("hall").die();
        script.unit("hall").disk = image;
        script.restart("attic");
        skip(script);
        script.unit("hall").start();
        script.agree();
        script.run(100);
        chapter("the hall is back, from an old copy of its file", script);
        Golden.compare("drop.txt", lines);
    }
}
