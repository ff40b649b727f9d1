"""Turns what `network` measured into docs/benchmarks-replication.md."""

from report import judge, machine, number, plural, ratios, spread, table

FIGURES = [
    # figure, title, digits
    ("latency A QoS 0 p50", "put on A to subscriber on A, QoS 0, p50, ms", 2),
    ("latency B QoS 0 p50", "put on A to subscriber on B, QoS 0, p50, ms", 2),
    ("latency A QoS 0 p99", "put on A to subscriber on A, QoS 0, p99, ms", 2),
    ("latency B QoS 0 p99", "put on A to subscriber on B, QoS 0, p99, ms", 2),
    ("latency generator late QoS 0 p99", "of which the generator was late itself, p99, ms", 2),
    ("latency A QoS 1 p50", "put on A to subscriber on A, QoS 1, p50, ms", 2),
    ("latency B QoS 1 p50", "put on A to subscriber on B, QoS 1, p50, ms", 2),
    ("latency A QoS 1 p99", "put on A to subscriber on A, QoS 1, p99, ms", 2),
    ("latency B QoS 1 p99", "put on A to subscriber on B, QoS 1, p99, ms", 2),
    ("latency generator late QoS 1 p99", "of which the generator was late itself (QoS 1), p99, ms", 2),
    ("sustained A", "sustained: puts acknowledged by A, a second", 0),
    ("sustained B", "sustained: entries applied by B, a second", 0),
    ("sustained CPU A", "sustained: processor time of A an entry, µs", 1),
    ("sustained CPU B", "sustained: processor time of B an entry, µs", 1),
    ("fill", "empty unit filled, from link-up, s", 2),
    ("fill from start", "empty unit filled, from the start of its process, s", 2),
    ("fill start", "of which until it was ready, s", 2),
    ("fill bytes a key", "bytes on the link a key, values of 100 bytes included", 0),
    ("back", "unit back: all changes there, from link-up, ms", 0),
    ("differ bytes", "ten differing keys: bytes besides values", 0),
    ("differ round trips", "ten differing keys: round trips", 1),
    ("differ", "ten differing keys: from the first frame of the descent to the last key, ms", 0),
    ("differ from link-up", "ten differing keys: from link-up to the last key, ms", 0),
    ("puts without", "puts acknowledged a second, without links", 0),
    ("puts with", "puts acknowledged a second, two links up", 0),
    ("puts CPU without", "processor time of the unit a put, without links, µs", 1),
    ("puts CPU with", "processor time of the unit a put, two links up, µs", 1),
    ("puts applied on b", "share of the puts that had reached the first peer at the end", 2),
    ("puts applied on c", "share of the puts that had reached the second peer at the end", 2),
    ("heal first", "mesh healed: the first unit has all, s", 2),
    ("heal", "mesh healed: all units have all, s", 2),
    ("heal agreed", "mesh healed: all units say that they are in sync, s", 2),
    ("mesh frames", "mesh: frames that carry one write", 0),
    ("memory 0", "anonymous memory without links, MB", 1),
    ("memory 1", "anonymous memory with one link, MB", 1),
    ("memory many", "anonymous memory with many links, MB", 1),
]

METHOD = """\
- **Latency**: one writer of QoS 1 at an even 500 puts a second on A; subscribers on A and on B in the same run; from the \
time at which a put was due to its arrival.
- **Sustained**: four writers, 64 unacknowledged puts each, put {double:,} new keys on A while B follows, after {hot} s of puts to {few:,} keys, in which the JVMs compile; B's figure is from the \
first to the last entry that it applied. New keys, so that nothing can be left out as overwritten.
- **Empty unit**: C is started with an empty folder next to A with {keys:,} keys. **Back**: C was stopped, {changes:,} of the keys \
were changed on A, C was started; its link is let through {quiet} s later, when it has counted its tree. Link-up is when the unit logs it, or when the second \
hello passes the tap.
- **Ten differing keys**: B and C were filled by A and have never met; then each, alone, changed five keys, and was started \
again. So neither has a cursor of the other, what differs is older than their starts, and only the descent finds it. Bytes are \
those of the descent's own frames with their MQTT headers; round trips are changes of direction, halved. Afterwards both are compared \
key by key.
- For the last two a tap passes the link on between two TLS connections, to each unit as the other, and notes the frames.
- **Mesh**: {units} units with `BOOKSHELF_PROFILE=small`, each linked with all others. Relays between the halves stop passing \
bytes, and close nothing. Once the halves know, {writes:,} keys are written on each side, a tenth of them the same keys, where the \
later side wins. From the moment in which the relays pass again until a client of each unit has seen every expected value; \
afterwards all are compared key by key. The frames that carry one write are counted by the bytes that units say they sent for a \
value of 100,000 bytes.
- **Memory**: of a unit with {links} links, half of them dialled, less that of the same unit with one, divided; each {settle} s after the last change.
- **Puts with links**: rounds of four writers on A without peers, and with two peers that take it all, on the same processors and the same disk, \
each after {hot} s of the same. The second row takes only the processor time of A itself.
"""


def write(options, rounds, disks, problems):
    parts = [
        "# Benchmarks of replication",
        *(["**A smoke run**, small and with everything at once: the figures say nothing."] if options.quick else []),
        "Written by `integration-tests/bench/network`; do not edit. Every unit is a process, linked with the others by mutual TLS "
        "1.3 over loopback, with every write on disk before it is acknowledged (`synchronous=FULL`). Units and load generator "
        "share the machine.",
        "```\n%s\n```" % options.command,
        machine(disks, []),
        "## Targets\n\n" + targets(options, rounds),
        "## All figures\n\nMedian of %d %s, minimum and maximum in brackets.\n\n" % (len(rounds), plural(rounds)) + figures(rounds),
        "## How it is measured\n\n" + METHOD.format(
            double=2 * options.keys, keys=options.keys, changes=min(1_000, options.keys // 10), quiet=3, units=options.units,
            writes=options.writes, links=options.links, settle=options.settle, hot=options.hot, few=10_000).rstrip(),
    ]
    if len(rounds) > 1:
        parts.append("## Per round\n\n" + per_round(rounds))
    if problems:
        parts.append("## What went wrong\n\n" + "\n".join("- " + problem for problem in problems))
    return "\n\n".join(parts) + "\n"


def series(rounds, name):
    return [one.get(name) for one in rounds]


def targets(options, rounds):
    keys = number(options.keys, 0)
    rows = []

    def target(title, values, sign, least, aim, digits, unit):
        if any(one is not None for one in values):
            rows.append(judge(title, values, sign, least, aim, digits, unit))

    for percentile, least, aim in (("p50", 2, 1), ("p99", 10, 4)):
        for qos in (0, 1):
            target("put on A to QoS %d subscriber on B, 500/s, %s" % (qos, percentile),
                   series(rounds, "latency B QoS %d %s" % (qos, percentile)), "≤", least, aim, 2, " ms")
    target("sustained replication, 100-byte values, entries a second", series(rounds, "sustained B"), "≥", 20_000, 50_000, 0, "")
    target("10 differing keys in %s: bytes besides values" % keys, series(rounds, "differ bytes"), "≤", 8_000, 5_700, 0, "")
    target("10 differing keys in %s: round trips" % keys, series(rounds, "differ round trips"), "≤", 3, 2.5, 1, "")
    target("10 differing keys in %s: time" % keys, series(rounds, "differ"), "≤", 200, 50, 0, " ms")
    target("empty unit filled with %s keys" % keys, series(rounds, "fill"), "≤", 6, 2, 2, " s")
    target("unit back after %s changes among %s" % (number(min(1_000, options.keys // 10), 0), keys),
           series(rounds, "back"), "≤", 300, 100, 0, " ms")
    target("%d units, cut in half, %s writes a side, healed: all equal" % (options.units, number(options.writes, 0)),
           series(rounds, "heal"), "≤", 20, 5, 2, " s")
    target("one write in a full mesh of %d: frames that carry it" % options.units, series(rounds, "mesh frames"), "≤",
           options.units - 1, options.units - 1, 0, "")
    target("anonymous memory a link", series(rounds, "memory a link"), "≤", 1_000, 200, 0, " KB")
    target("puts with two links up, against without", ratios(series(rounds, "puts with"), series(rounds, "puts without")),
           "≥", 0.7, 0.9, 2, " ×")
    target("the same, by processor time of the unit itself a put",
           ratios(series(rounds, "puts CPU without"), series(rounds, "puts CPU with")), "≥", 0.7, 0.9, 2, " ×")
    return table(["", "at least", "aim", "measured", ""], rows)


def figures(rounds):
    rows = []
    for name, title, digits in FIGURES:
        values = series(rounds, name)
        if any(one is not None for one in values):
            rows.append([title, spread(values, digits)])
    return table(["", "measured"], rows)


def per_round(rounds):
    rows = []
    for name, title, digits in FIGURES:
        values = series(rounds, name)
        if any(one is not None for one in values):
            rows.append([title] + [number(one, digits) for one in values])
    return table([""] + [str(one + 1) for one in range(len(rounds))], rows)
