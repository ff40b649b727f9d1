package io.bookshelf.cli.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/** What the keys do. For one thread. */
final class Actions {
    private static final int NEW_KEYS = 3;

    private final List<Demo.Member> members;
    private final Relays relays;
    private final Screen screen;
    private final Consumer<Demo.Member> start;
    private int chosen;
    private int writes;

    /** @param start starts a unit again */
    Actions(List<Demo.Member> members, Relays relays, Screen screen, Consumer<Demo.Member> start) {
        this.members = members;
        this.relays = relays;
        this.screen = screen;
        this.start = start;
        this.chosen = Math.min(1, members.size() - 1);
    }

    /** The unit that is cut off or killed next. */
    String chosen() {
        return members.get(chosen).name();
    }

    /** False if that was the end. */
    boolean act(Keyboard.Typed typed) {
        if (!typed.unit().isEmpty() && !choose(typed.unit())) {
            screen.say("there is no unit " + typed.unit() + " here");
            return true;
        }
        switch (Character.toLowerCase(typed.key())) {
            case '\t' -> chosen = (chosen + 1) % members.size();
            case 'c' -> cut();
            case 'h' -> heal();
            case 'k' -> kill();
            case 'r' -> startAgain();
            case 'w' -> write();
            case 'q' -> {
                return false;
            }
            default -> screen.say("that does nothing here: press one of c h k r w q");
        }
        return true;
    }

    private boolean choose(String name) {
        for (int i = 0; i < members.size(); i++) {
            if (members.get(i).name().equals(name)) {
                chosen = i;
                return true;
            }
        }
        return false;
    }

    private void cut() {
        if (members.size() == 1) {
            screen.say("there is nobody to cut " + chosen() + " off from: start with --units 2 or more");
        } else if (relays.isCut(chosen())) {
            screen.say(chosen() + " is cut off already: h heals it");
        } else {
            relays.cut(chosen());
            screen.say(chosen() + " is cut off: nothing passes between it and the others until h heals that");
        }
    }

    private void heal() {
        List<String> healed = relays.heal();
        screen.say(healed.isEmpty() ? "nothing is cut" : "healed: " + String.join(", ", healed));
    }

    private void kill() {
        Demo.Member victim = members.get(chosen);
        if (victim.unit().state() == DemoUnit.State.KILLED) {
            screen.say(chosen() + " is killed already: r starts it again");
            return;
        }
        victim.unit().kill();
        victim.watch().forget();
        screen.say("killed " + chosen() + " with kill -9: r starts it again");
    }

    private void startAgain() {
        List<String> started = new ArrayList<>();
        for (Demo.Member member : members) {
            DemoUnit.State state = member.unit().state();
            if (state == DemoUnit.State.KILLED || state == DemoUnit.State.ENDED) {
                start.accept(member);
                started.add(member.name());
            }
        }
        screen.say(started.isEmpty() ? "all units run" : "starting again: " + String.join(", ", started));
    }

    private void write() {
        writes++;
        List<String> sides = new ArrayList<>();
        List<CompletableFuture<?>> written = new ArrayList<>();
        for (Demo.Member member : members) {
            if (member.watch().isConnected()) {
                String side = member.name();
                sides.add(side);
                for (int i = 1; i <= NEW_KEYS; i++) {
                    written.add(member.watch().put("demo/" + side + "/" + writes + "/" + i, "written on " + side));
                }
                written.add(member.watch().put("demo/shared", side + " wrote this, round " + writes));
            }
        }
        try {
            CompletableFuture.allOf(written.toArray(CompletableFuture[]::new)).join();
            screen.say("wrote " + NEW_KEYS + " new keys and the key demo/shared on each of: "
                    + (sides.isEmpty() ? "nobody" : String.join(", ", sides)));
        } catch (CompletionException e) {
            screen.say("not all was written: " + e.getCause());
        }
    }
}
