"""The scenarios of `network`: each starts its own units, measures, and returns {figure: value}."""

import os
import random
import shutil
import tempfile
import threading
import time

import brokers
import mqtt
import wires
from brokers import Failure
from units import Place, ending, figure, until, until_agreed

SEED = 1
# After this long without a change a unit has said so, and has counted its tree.
QUIET_SECONDS = 3


class Scene:
    """One run of a scenario: a folder for its units, and what all scenarios share."""

    def __init__(self, options, network, background, work):
        self.options = options
        self.network = network
        self.background = background
        self.random = random.Random(SEED)
        self.folder = tempfile.mkdtemp(prefix="scene-", dir=work)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)

    def places(self, *names, profile="standard"):
        return [Place(self.network, self.folder, name, profile) for name in names]

    def bench(self, unit, *arguments):
        return brokers.bench(self.options.bench, unit, [str(one) for one in arguments])

    def load(self, unit, keys):
        """Puts so many new keys of 100 bytes; acknowledged puts a second."""
        return figure(self.bench(unit, "load", "--keep", "--keys-snapshot", keys), "measures", "acknowledged", "value")

    def warm(self, unit):
        """Puts until the JVMs of all units have compiled what they will."""
        self.bench(unit, "puts", "--keep", "--seconds", self.options.hot, "--warmup", 0)

    def tap(self, dialler, listener):
        return wires.Tap(self.background, self.network, dialler.name, listener.name, listener.port)

    def watch(self, unit, topics):
        return self.background.do(mqtt.watch(unit.port, topics))


def keys_of(*units):
    return [unit.health()["keys"] for unit in units]


def until_level(places, keys):
    """Waits until these units have so many keys, and say that they are in sync."""
    units = [place.unit for place in places]
    until(lambda: keys_of(*units) == [keys] * len(units), "%d keys everywhere" % keys)
    time.sleep(QUIET_SECONDS)
    until_agreed(places)


def start_pair(a, b):
    a.start({b.name: b.port})
    b.start({a.name: a.port})
    until_agreed([a, b])


def latency(scene):
    """Put on A to subscriber on B, and to subscriber on A in the same run."""
    a, b = scene.places("a", "b")
    with ending([a, b]):
        start_pair(a, b)
        result = scene.bench(a.unit, "latency", "--rate", 500, "--subscribe-url", "mqtt://127.0.0.1:%d" % b.unit.port,
                             "--seconds", scene.options.seconds * 2, "--warmup", scene.options.warmup)
    found = {}
    for qos in (0, 1):
        for where, words in (("A", ""), ("B", " elsewhere")):
            for percentile in ("p50", "p99"):
                found["latency %s QoS %d %s" % (where, qos, percentile)] = figure(
                    result, "latencies", "put to QoS %d subscriber%s" % (qos, words), percentile + "_us")
        found["latency generator late QoS %d p99" % qos] = figure(
            result, "measures", "generator late, QoS %d p99" % qos, "value") / 1000
    return found


class Progress:
    """Follows how many entries a unit has applied, from a thread of its own."""

    def __init__(self, unit, entries):
        self.unit = unit
        self.from_sequence = unit.health()["sequence"]
        self.target = self.from_sequence + entries
        self.began = self.ended = None
        self.stopped = False
        self.thread = threading.Thread(target=self.follow, daemon=True)
        self.thread.start()

    def follow(self):
        while not self.stopped and self.ended is None:
            sequence = self.unit.health()["sequence"]
            now = time.monotonic()
            if self.began is None and sequence > self.from_sequence:
                self.began = now
            if sequence >= self.target:
                self.ended = now
            time.sleep(0.05)

    def seconds(self):
        self.thread.join(300)
        self.stopped = True
        if self.ended is None:
            raise Failure("not all entries were applied")
        return self.ended - self.began


def sustained(scene):
    """Writers put new keys on A as fast as it acknowledges; how fast B applies them."""
    a, b = scene.places("a", "b")
    keys = scene.options.keys
    with ending([a, b]):
        start_pair(a, b)
        scene.warm(a.unit)
        until_level([a, b], a.unit.health()["keys"])
        progress = Progress(b.unit, 2 * keys)
        cpu = [place.unit.cpu_seconds() for place in (a, b)]
        acknowledged = scene.load(a.unit, 2 * keys)
        applied = 2 * keys / progress.seconds()
        spent = [place.unit.cpu_seconds() - before for place, before in zip((a, b), cpu)]
    return {"sustained A": acknowledged, "sustained B": applied,
            "sustained CPU A": 1e6 * spent[0] / (2 * keys), "sustained CPU B": 1e6 * spent[1] / (2 * keys)}


def filling(scene):
    """
    An empty unit is filled; it comes back after an hour away; and two units that have never met, filled by a third, find the
    ten keys in which they differ.
    """
    a, b, c = places = scene.places("a", "b", "c")
    with ending(places):
        a.start({"b": None, "c": None})
        scene.load(a.unit, scene.options.keys)
        time.sleep(QUIET_SECONDS)
        found = fill(scene, a, c)
        b.start({"a": a.port})
        until_level([a, b], scene.options.keys)
        values = mqtt.snapshot(a.unit.port, "bench/#")
        found.update(come_back(scene, a, c, values))
        until_agreed([a, b])
        a.stop()
        found.update(differ(scene, b, c, values))
    return found


def fill(scene, a, c):
    begun = time.time()
    unit = c.start({"a": a.port})
    ready = time.time()
    keys = scene.options.keys
    until(lambda: unit.health()["keys"] == keys, "an empty unit has %d keys" % keys, pause=0.02)
    full = time.time()
    linked = c.linked_at()
    until_level([a, c], keys)
    received = unit.peers()["a"]["bytesReceived"]
    c.stop()
    return {"fill": full - linked, "fill from start": full - begun, "fill start": ready - begun, "fill bytes a key": received / keys}


def changed(scene, values, count, word):
    """New values of 100 bytes for some of the keys."""
    chosen = scene.random.sample(sorted(values), count)
    return {topic: (word + topic).encode().ljust(100, b".") for topic in chosen}


def come_back(scene, a, c, values):
    changes = changed(scene, values, min(1_000, len(values) // 10), "back ")
    mqtt.put(a.unit.port, changes.items())
    values.update(changes)
    tap = scene.tap(c, a)
    unit = c.start({"a": tap.port})
    watcher = scene.watch(unit, "bench/#")
    scene.background.call(watcher.expect, changes)
    time.sleep(QUIET_SECONDS)
    tap.open()
    until(lambda: watcher.complete_at is not None, "a unit has what was changed while it was away", pause=0.01)
    taken = watcher.complete_at - tap.linked_at()
    until_level([a, c], len(values))
    c.stop()
    tap.close()
    return {"back": 1e3 * taken}


def differ(scene, b, c, values):
    """
    B and C hold the same but for ten keys, five of them newer here and five there, and neither has a cursor of the other:
    they have never met, and what differs was written before their last start. So only the descent can find it.
    """
    news = changed(scene, values, 10, "differs ")
    ours = dict(list(news.items())[:5])
    theirs = dict(list(news.items())[5:])
    for place, writes in ((b, ours), (c, theirs)):
        place.stop()
        mqtt.put(place.start({}).port, writes.items())
        place.stop()
    tap = scene.tap(b, c)
    b.start({"c": tap.port})
    c.start({"b": None})
    watchers = []
    for place, writes in ((b, theirs), (c, ours)):
        watcher = scene.watch(place.unit, "bench/#")
        scene.background.call(watcher.expect, writes)
        watchers.append(watcher)
    time.sleep(QUIET_SECONDS)
    tap.open()
    until(lambda: all(watcher.complete_at is not None for watcher in watchers), "ten keys are found", pause=0.01)
    until_agreed([b, c])
    done = max(watcher.complete_at for watcher in watchers)
    compare(values | news, [b, c], "bench/#")
    frames = [frame for frame in tap.frames() if frame.at <= done and frame.kind >= wires.DESCENT]
    if not any(frame.kind == wires.DESCENT for frame in frames):
        raise Failure("ten keys were found without a descent")
    linked = tap.linked_at()
    tap.close()
    return {"differ bytes": sum(frame.size for frame in frames)
            - sum(wires.value_bytes(frame.payload) for frame in frames if frame.kind == wires.REPAIR),
            "differ round trips": runs([frame.to for frame in frames]) / 2,
            "differ": 1e3 * (done - frames[0].at), "differ from link-up": 1e3 * (done - linked)}


def runs(words):
    """How many stretches of equal words there are: messages that had to wait for the one before."""
    return sum(1 for before, word in zip([None] + words, words) if word != before)


def compare(expected, places, topics):
    """Key by key, as a client of each unit sees it."""
    for place in places:
        held = mqtt.snapshot(place.unit.port, topics)
        wrong = [topic for topic in expected.keys() | held.keys() if expected.get(topic) != held.get(topic)]
        if wrong:
            raise Failure("%s holds something else under %d keys, such as %s" % (place.name, len(wrong), wrong[0]))


def throughput(scene):
    """Puts on A without links, and with two links up to units that take it all on the same processors."""
    found = {}
    for words, others in (("without", []), ("with", ["b", "c"])):
        places = scene.places("a", *others)
        a = places[0]
        with ending(places):
            for place in places[1:]:
                place.start({"a": None})
            a.start({place.name: place.port for place in places[1:]})
            for place in places[1:]:
                until_agreed([a, place])
            scene.warm(a.unit)
            before = [place.unit.health()["sequence"] for place in places]
            cpu = a.unit.cpu_seconds()
            result = scene.bench(a.unit, "puts", "--keep", "--seconds", scene.options.seconds, "--warmup", 1)
            applied = [place.unit.health()["sequence"] - start for place, start in zip(places, before)]
            found["puts " + words] = figure(result, "measures", "acknowledged", "value")
            found["puts CPU " + words] = 1e6 * (a.unit.cpu_seconds() - cpu) / applied[0]
            for place, entries in list(zip(places, applied))[1:]:
                found["puts applied on " + place.name] = entries / applied[0]
        for place in places:
            shutil.rmtree(os.path.join(scene.folder, place.name))
    return found


def memory(scene):
    """Anonymous memory of a unit with none, one and many links, some dialled and some accepted."""
    count = scene.options.links
    hub, = scene.places("hub")
    leaves = scene.places(*("leaf%02d" % number for number in range(count)), profile="small")
    found = {}
    with ending([hub] + leaves):
        hub.start({leaf.name: leaf.port if number % 2 else None for number, leaf in enumerate(leaves)})
        found["memory 0"] = settled(scene, hub)
        for number, leaf in enumerate(leaves):
            leaf.start({"hub": None if number % 2 else hub.port}, wait=number == 0)
            if number == 0:
                until(lambda: hub.unit.agrees_with([leaf.name]), "one link")
                found["memory 1"] = settled(scene, hub)
        for leaf in leaves[1:]:
            leaf.await_ready()
        until(lambda: hub.unit.agrees_with([leaf.name for leaf in leaves]), "%d links" % count)
        found["memory many"] = settled(scene, hub)
    found["memory a link"] = 1024 * (found["memory many"] - found["memory 1"]) / (count - 1)
    return found


def settled(scene, place):
    return place.unit.settled_memory(scene.options.settle)["anonymous"]
