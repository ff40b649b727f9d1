"""The scenario of `network` with a full mesh of many units, which is cut in half."""

import time

import mqtt
import wires
from brokers import Failure
from replication import compare
from units import ending, until, until_agreed

SHARED = 10
LARGE = 100_000
SAMPLE_SECONDS = 12


def mesh(scene):
    """Cut in half, written to on both sides, healed; and a single write that is followed through the mesh."""
    count = scene.options.units
    places = scene.places(*("u%02d" % number for number in range(count)), profile="small")
    left, right = places[:count // 2], places[count // 2:]
    relays = {}
    try:
        with ending(places):
            start(scene, places, left, right, relays)
            found = heal(scene, left, right, relays)
            found.update(one_write(scene, places))
            return found
    finally:
        for relay in relays.values():
            scene.background.call(relay.close)


def start(scene, places, left, right, relays):
    """Neighbours of one half know each other's ports; between the halves every connection passes a relay."""
    for place in places:
        peers = {}
        for other in places:
            if other is not place and (place in left) == (other in left):
                peers[other.name] = other.port
            elif other is not place:
                relay = wires.Relay(scene.background, other.port)
                relays[place.name, other.name] = relay
                peers[other.name] = relay.port
        place.start(peers, wait=False)
    for place in places:
        place.await_ready()
    until_agreed(places)


def heal(scene, left, right, relays):
    places = left + right
    each_relay(scene, relays, wires.Relay.cut)
    names = {place.name: [other.name for other in (right if place in left else left)] for place in places}
    until(lambda: all(place.unit.misses(names[place.name]) for place in places), "the halves know that they are cut off",
          pause=1)
    watchers = [scene.watch(place.unit, "mesh/#") for place in places]
    expected = {}
    for word, half in (("left", left), ("right", right)):
        wrote = write(scene, half, word)
        expected.update(wrote)
        expect(scene, [watchers[places.index(place)] for place in half], wrote)
    until(lambda: all(watcher.complete_at for watcher in watchers), "each half has its own writes", pause=0.5)
    time.sleep(2)
    expect(scene, watchers, expected)
    begun = time.monotonic()
    each_relay(scene, relays, wires.Relay.heal)
    until(lambda: all(watcher.complete_at for watcher in watchers), "all units hold the same", pause=0.01)
    equal = max(watcher.complete_at for watcher in watchers) - begun
    until_agreed(places)
    agreed = time.monotonic() - begun
    compare(expected, places, "mesh/#")
    return {"heal": equal, "heal agreed": agreed, "heal first": min(watcher.complete_at for watcher in watchers) - begun}


def each_relay(scene, relays, what):
    def work():
        for relay in relays.values():
            what(relay)
    scene.background.call(work)


def expect(scene, watchers, entries):
    def work():
        for watcher in watchers:
            watcher.expect(entries)
    scene.background.call(work)


def write(scene, half, word):
    """Writes on all units of a half in turn; some keys are those of the other half too, and the later half wins there."""
    count = scene.options.writes
    entries = {}
    for number in range(count):
        side = "both" if number < count // SHARED else word
        entries["mesh/%s/%04d" % (side, number)] = (word + " %d " % number).encode().ljust(100, b".")
    items = list(entries.items())
    for number, place in enumerate(half):
        mqtt.put(place.unit.port, items[number::len(half)])
    return entries


def one_write(scene, places):
    """
    Counts the frames that carry one write, by what each unit says it has sent to each other: the value is so large that
    nothing else comes near it.
    """
    time.sleep(SAMPLE_SECONDS)
    before = sent(places)
    mqtt.put(places[0].unit.port, [("mesh/large", b"x" * LARGE)])
    watch = {"mesh/large": b"x" * LARGE}
    until(lambda: all(mqtt.snapshot(place.unit.port, "mesh/large") == watch for place in places), "one write is everywhere")
    # What a unit says of bytes is renewed now and then.
    time.sleep(SAMPLE_SECONDS)
    after = sent(places)
    frames = sum((after[pair] - before[pair]) // LARGE for pair in after)
    if frames < len(places) - 1:
        raise Failure("a write that reached %d units was carried by %d frames only" % (len(places), frames))
    return {"mesh frames": frames}


def sent(places):
    return {(place.name, peer): document["bytesSent"] for place in places for peer, document in place.unit.peers().items()}
