package io.bookshelf.client.examples;

import io.bookshelf.client.Bookshelf;
import io.bookshelf.client.BookshelfException;
import io.bookshelf.client.CodecException;
import io.bookshelf.client.Codecs;
import io.bookshelf.client.ConnectOptions;
import io.bookshelf.client.Entry;
import io.bookshelf.client.NoAnswerException;
import io.bookshelf.client.PutOptions;
import io.bookshelf.client.RefusedException;
import io.bookshelf.client.ShelfMap;
import io.bookshelf.client.Snapshot;
import io.bookshelf.client.UnreachableException;
import io.bookshelf.client.Watch;
import io.bookshelf.client.WatchEvent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** One method an example: what it shows stands between its marks. */
public final class ClientExamples {
    private ClientExamples() {}

    public static void putAndGet(String url) {
        // @start region="put-and-get"
        // url is such as mqtt://127.0.0.1:1883
        try (Bookshelf shelf = Bookshelf.connect(url)) {
            shelf.put("lights/hall", "on");
            System.out.println(shelf.get("lights/hall").map(Entry::text).orElse("not set"));
        }
        // @end
    }

    public static Bookshelf certificate(String url, Path folder) {
        // @start region="certificate"
        // url is such as mqtts://hall.home:8883, folder is what bookshelf pki issue has made
        Bookshelf shelf = Bookshelf.at(url)
                .pki(folder)
                .timeout(Duration.ofSeconds(5))
                .patience(Duration.ofMinutes(1))
                .connect();
        // @end
        return shelf;
    }

    public static void failures(Bookshelf shelf) {
        // @start region="failures"
        try {
            shelf.put("lights/hall", "on");
        } catch (BookshelfException failure) {
            switch (failure) {
                case UnreachableException nobody -> System.err.println("not done: " + nobody.getMessage());
                case RefusedException no -> System.err.println("not done, and will not be: " + no.getMessage());
                case NoAnswerException unknown -> System.err.println("done or not: " + unknown.getMessage());
            }
        }
        // @end
    }

    public static void unreachable() {
        // @start region="unreachable"
        try (Bookshelf shelf = Bookshelf.connect("mqtt://127.0.0.1:1")) {
            shelf.put("lights/hall", "on");
        } catch (UnreachableException nobody) {
            System.err.println("the light stays as it is: " + nobody.getMessage());
        }
        // @end
    }

    public static void refused(Bookshelf shelf) {
        // @start region="refused"
        byte[] mine = "hall".getBytes(StandardCharsets.UTF_8);
        try {
            shelf.put("channel/5", mine, PutOptions.DEFAULT.ifAbsent());
        } catch (RefusedException no) {
            System.err.println(no.isPresent() ? "somebody has it" : no.getMessage() + ", code " + no.code());
        }
        // @end
    }

    public static void noAnswer(Bookshelf shelf) {
        // @start region="no-answer"
        byte[] mine = "hall".getBytes(StandardCharsets.UTF_8);
        try {
            shelf.put("channel/6", mine, PutOptions.DEFAULT.ifAbsent());
        } catch (NoAnswerException unknown) {
            boolean done = shelf.get("channel/6")
                    .map(Entry::text)
                    .filter("hall"::equals)
                    .isPresent();
            System.err.println(done ? "it was done" : "it was not, or somebody came first");
        }
        // @end
    }

    public static void age(Bookshelf shelf) {
        // @start region="age"
        shelf.get("lights/hall").ifPresent(entry -> {
            String unit = entry.unit().orElse("?");
            Duration age = entry.age(Instant.now()).orElse(Duration.ZERO);
            System.out.println(entry.text() + ", set at " + unit + " " + age.toSeconds() + " s ago");
        });
        // @end
    }

    public static void expiry(Bookshelf shelf, byte[] code) {
        // @start region="expiry"
        shelf.put(
                "guests/code",
                code,
                PutOptions.DEFAULT.expiresAfter(Duration.ofHours(4)).contentType("text/plain"));
        // @end
    }

    public static Map<String, Light> map(Bookshelf shelf) {
        // @start region="map"
        // record Light(boolean on, int percent) {}
        try (ShelfMap<Light> lights = shelf.map("rooms/", Codecs.json(Light.class))) {
            lights.onChange(() -> System.out.println(lights.values()));
            lights.awaitComplete(Duration.ofSeconds(5));
            lights.put("hall", new Light(true, 40));
            lights.get("hall").ifPresent(light -> System.out.println(light.percent() + " %"));
            return lights.values();
        }
        // @end
    }

    public static void codecs(Bookshelf shelf) throws CodecException {
        // @start region="codecs"
        // record Light(boolean on, int percent) {}
        var json = Codecs.json(Light.class);
        shelf.put("rooms/attic", json.encode(new Light(true, 40)), PutOptions.DEFAULT.contentType(json.contentType()));
        Light attic = shelf.get("rooms/attic").orElseThrow().as(json);
        // @end
        System.out.println(attic);
    }

    public static void unreadable(Bookshelf shelf) {
        shelf.put("rooms/cellar", "dark");
        // @start region="unreadable"
        Entry cellar = shelf.get("rooms/cellar").orElseThrow();
        try {
            System.out.println(cellar.as(Codecs.json(Light.class)));
        } catch (CodecException none) {
            System.err.println(cellar.key() + " by " + cellar.unit().orElse("somebody") + ": " + none.getMessage());
        }
        // @end
    }

    public static long snapshot(ConnectOptions options) {
        // @start region="snapshot"
        // options is such as Bookshelf.at("mqtt://127.0.0.1:1883")
        long count = Snapshot.read(options, List.of("#"), entry -> System.out.println(entry.key()));
        // @end
        return count;
    }

    public static void watch(Bookshelf shelf) throws InterruptedException {
        // @start region="watch"
        try (Watch watch = shelf.watch("lights/#")) {
            while (true) {
                switch (watch.take()) {
                    case WatchEvent.Changed changed -> System.out.println(changed.entry());
                    case WatchEvent.Deleted deleted -> System.out.println(deleted.key() + " is gone");
                    case WatchEvent.Complete complete -> System.out.println(complete.count() + " keys, that was all");
                    case WatchEvent.Interrupted interrupted -> System.out.println(interrupted.reason());
                }
            }
        }
        // @end
    }

    public static Watch listener(Bookshelf shelf) {
        // @start region="listener"
        Watch watch = shelf.watch("lights/#", event -> {
            switch (event) {
                case WatchEvent.Changed changed ->
                    System.out.println((changed.snapshot() ? "there is " : "now ") + changed.entry());
                case WatchEvent.Deleted deleted -> System.out.println(deleted.key() + " is gone");
                case WatchEvent.Complete complete -> System.out.println("these " + complete.count() + " are all");
                case WatchEvent.Interrupted interrupted -> System.out.println("as it was; " + interrupted.reason());
            }
        });
        // @end
        return watch;
    }
}
