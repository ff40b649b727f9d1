"""Turns what `compare` measured into docs/benchmarks.md."""

import os
import platform
import re
import statistics
import subprocess

import brokers

FIGURES = [
    # title, scenario, kind, name, field, digits
    ("QoS 1 puts acknowledged, a second", "puts", "measures", "acknowledged", "value", 0),
    ("their acknowledgement, p50, ms", "puts", "latencies", "put to acknowledgement", "p50_us", 2),
    ("their acknowledgement, p99, ms", "puts", "latencies", "put to acknowledgement", "p99_us", 2),
    ("one writer, window 1: puts a second", "put1", "measures", "acknowledged", "value", 0),
    ("its acknowledgement, p50, ms", "put1", "latencies", "put to acknowledgement", "p50_us", 3),
    ("its acknowledgement, p99, ms", "put1", "latencies", "put to acknowledgement", "p99_us", 3),
    ("put to QoS 0 subscriber, p50, ms", "latency", "latencies", "put to QoS 0 subscriber", "p50_us", 3),
    ("put to QoS 0 subscriber, p99, ms", "latency", "latencies", "put to QoS 0 subscriber", "p99_us", 3),
    ("of which the generator was late itself, p99, µs", "latency", "measures", "generator late, QoS 0 p99", "value", 0),
    ("put to QoS 1 subscriber, p50, ms", "latency", "latencies", "put to QoS 1 subscriber", "p50_us", 3),
    ("put to QoS 1 subscriber, p99, ms", "latency", "latencies", "put to QoS 1 subscriber", "p99_us", 3),
    ("of which the generator was late itself (QoS 1), p99, µs", "latency", "measures", "generator late, QoS 1 p99", "value", 0),
    ("snapshot, QoS 0, keys delivered", "snapshot", "measures", "QoS 0 delivered", "value", 0),
    ("snapshot, QoS 0, ms", "snapshot", "measures", "QoS 0 median", "value", 0),
    ("snapshot, QoS 1, keys delivered", "snapshot", "measures", "QoS 1 delivered", "value", 0),
    ("snapshot, QoS 1, ms", "snapshot", "measures", "QoS 1 median", "value", 0),
    ("fan-out, deliveries a second", "fanout", "measures", "deliveries", "value", 0),
    ("fan-out at 100 puts a second, p99, ms", "fanout", "latencies", "put to subscriber at 100 puts/s", "p99_us", 2),
]


def value(result, scenario, kind, name, field):
    """One figure of one round, or None where it was not measured."""
    for one in result.get(scenario, {}).get("results", []):
        for entry in one[kind]:
            if entry["name"] == name:
                return entry[field] / 1000 if field.endswith("_us") else entry[field]
    return None


def series(rounds, broker, figure):
    return [value(one.get(broker, {}), *figure[1:5]) for one in rounds]


def median(values):
    known = [one for one in values if one is not None]
    return statistics.median(known) if known else None


def number(amount, digits):
    return "–" if amount is None else format(amount, ",.%df" % digits)


def spread(values, digits):
    known = [one for one in values if one is not None]
    if not known:
        return "–"
    text = number(statistics.median(known), digits)
    return text if len(known) == 1 else "%s (%s–%s)" % (text, number(min(known), digits), number(max(known), digits))


def ratios(mine, theirs):
    return [a / b if a is not None and b else None for a, b in zip(mine, theirs)]


def row(cells):
    return "| " + " | ".join(cells) + " |"


def table(head, rows):
    return "\n".join([row(head), row(["---"] * len(head))] + [row(cells) for cells in rows])


def write(options, rounds, disks, memory, starts):
    names = list(rounds[0])
    parts = [
        "# Benchmarks",
        "Written by `integration-tests/bench/compare`; do not edit. Bookshelf writes every acknowledged put to disk "
        "(`synchronous=FULL`); Mosquitto (no persistence, `max_queued_messages 0`, `max_inflight_messages 0`) and stock "
        "Moquette 0.18.3 (in memory) keep nothing. Load generator and broker share the machine. What is timed by the second "
        "is warmed up for 20 s; memory is read 45 s after the last packet.",
        "```\n%s\n```" % options.command,
        machine(disks, ["Mosquitto " + mosquitto()]),
        "## Targets\n\n" + targets(options, rounds, disks, memory, starts),
        "## All figures\n\nMedian of %d %s, minimum and maximum in brackets.\n\n" % (len(rounds), plural(rounds))
        + figures(rounds, names),
        "## Memory, MB\n\n" + memories(memory, options.keys),
        "## Processors\n\nWhat broker and generator took of one core, median, start and clean-up included.\n\n"
        + processors(options, rounds, names),
        "## Per round\n\n" + per_round(rounds, names),
    ]
    problems = lost(rounds, names)
    if problems:
        parts.append("## What brokers did not deliver\n\n" + problems)
    return "\n\n".join(parts) + "\n"


def plural(rounds):
    return "round" if len(rounds) == 1 else "rounds"


def machine(disks, others):
    """What was measured on, which other brokers, and how the disk did."""
    lines = ["%d cores, Linux %s" % (os.cpu_count(), re.match(r"[0-9.]*", platform.release()).group()), "JDK " + jdk()]
    lines += others
    for name, words in (("append", "appended"), ("overwrite", "written over the same place")):
        lines.append("fdatasync of 4 KiB %s, in each round: p50 %s ms, p99 %s ms, %s a second" % (
            words, spread([1e3 * one[name]["p50"] for one in disks], 2),
            spread([1e3 * one[name]["p99"] for one in disks], 2), spread([one[name]["rate"] for one in disks], 0)))
    return "\n".join("- " + line for line in lines)


def jdk():
    release = os.path.join(os.path.dirname(os.path.dirname(brokers.java())), "release")
    with open(release, encoding="utf-8") as file:
        return re.search(r'JAVA_RUNTIME_VERSION="([^"]*)"', file.read()).group(1)


def mosquitto():
    try:
        path = os.environ.get("PATH", "") + ":/usr/sbin"
        done = subprocess.run(["mosquitto", "-h"], capture_output=True, text=True, check=False,
                              env=dict(os.environ, PATH=path))
        return done.stdout.splitlines()[0].split()[-1]
    except (OSError, IndexError):
        return "not installed"


def targets(options, rounds, disks, memory, starts):
    def get(broker, title):
        return series(rounds, broker, next(one for one in FIGURES if one[0] == title))

    def against(title):
        return ratios(get("Bookshelf", title), get("Mosquitto", title))

    rows = [
        judge("QoS 1 puts, 4 writers × window 64, against Mosquitto in the same round",
              against(FIGURES[0][0]), "≥", 0.6, 1.0, 2, " ×")]
    for percentile, least, aim in (("p50", 0.5, 0.3), ("p99", 3, 1)):
        for qos in (0, 1):
            rows.append(judge("put to QoS %d subscriber at 1,000/s, %s" % (qos, percentile),
                              get("Bookshelf", "put to QoS %d subscriber, %s, ms" % (qos, percentile)),
                              "≤", least, aim, 2, " ms"))
    for qos in (0, 1):
        delivered = get("Bookshelf", "snapshot, QoS %d, keys delivered" % qos)
        whole = all(one == options.keys for one in delivered)
        rows.append(judge("snapshot of %s keys, QoS %d, against Mosquitto's time" % (number(options.keys, 0), qos),
                          against("snapshot, QoS %d, ms" % qos), "≤", 1.5, 1.0, 2, " ×", whole))
    single = get("Bookshelf", "one writer, window 1: puts a second")
    rows.append(judge("one writer, window 1, against one appending fdatasync a put",
                      ratios(single, [one["append"]["rate"] for one in disks]), "≥", 0.8, None, 2, " ×"))
    rows.append(judge("the same, against one overwriting fdatasync a put",
                      ratios(single, [one["overwrite"]["rate"] for one in disks]), "≥", 0.8, None, 2, " ×"))
    mine = memory.get("Bookshelf")
    if mine:
        for title, state in (("after loading them", "full"), ("after a restart with them", "restarted")):
            if state in mine:
                grown = mine[state]["anonymous"] - mine["empty"]["anonymous"]
                rows.append(judge("anonymous memory, %s keys more than empty, %s" % (number(options.keys, 0), title),
                                  [grown], "≤", 16, 4, 1, " MB"))
    for words, seconds in starts.items():
        rows.append(judge("start to first CONNACK, %s keys stored, %s" % (number(options.keys, 0), words), seconds, "≤", 1.5, 0.8,
                          2, " s"))
    return table(["", "at least", "aim", "measured", ""], rows)


def judge(title, values, sign, least, aim, digits, unit, whole=True):
    """A row: whether the median meets the target, and the aim."""
    found = median(values)

    def meets(bound):
        return bound is not None and found is not None and whole and (found >= bound if sign == "≥" else found <= bound)

    verdict = "not measured" if found is None else "met, aim too" if meets(least) and (aim is None or meets(aim)) else \
        "met" if meets(least) else "**not met**"
    if aim is None and verdict == "met, aim too":
        verdict = "met"
    bound = lambda limit: "" if limit is None else "%s %g%s" % (sign, limit, unit)
    return [title, bound(least), bound(aim), spread(values, digits) + (unit if found is not None else ""),
            verdict if whole else verdict + ", incomplete"]


def figures(rounds, names):
    rows = []
    for figure in FIGURES:
        all_series = {name: series(rounds, name, figure) for name in names}
        if all(one is None for values in all_series.values() for one in values):
            continue
        cells = [figure[0]] + [spread(all_series[name], figure[5]) for name in names]
        if "Mosquitto" in names:
            cells.append(spread(ratios(all_series["Bookshelf"], all_series["Mosquitto"]), 2))
        rows.append(cells)
    return table([""] + names + (["Bookshelf / Mosquitto"] if "Mosquitto" in names else []), rows)


def memories(memory, keys):
    states = (("empty", "empty"), ("full", "%s keys loaded" % number(keys, 0)),
              ("restarted", "restarted with them"))
    rows = [[name, title, number(figures[state]["rss"], 1), number(figures[state]["anonymous"], 1)]
            for name, figures in memory.items() for state, title in states if state in figures]
    return table(["", "", "resident", "anonymous"], rows)


def processors(options, rounds, names):
    rows = []
    for scenario in options.scenarios:
        cells = [scenario]
        for name in names:
            shares = [[one[name].get(scenario, {}).get(end) for one in rounds] for end in ("broker_cpu", "generator_cpu")]
            cells.append(" / ".join(number(median(share), 2) for share in shares))
        rows.append(cells)
    return table([""] + [name + " / generator" for name in names], rows)


def per_round(rounds, names):
    rows = []
    for figure in FIGURES:
        for name in names:
            values = series(rounds, name, figure)
            if any(one is not None for one in values):
                rows.append([figure[0], name] + [number(one, figure[5]) for one in values])
    return table(["", ""] + [str(one + 1) for one in range(len(rounds))], rows)


def lost(rounds, names):
    lines = []
    for index, one in enumerate(rounds):
        for name in names:
            for scenario, result in one[name].items():
                problems = [result["failed"]] if "failed" in result else [
                    problem for part in result["results"] for problem in part["problems"]]
                lines += ["- round %d, %s, %s: %s" % (index + 1, name, scenario, hide_ports(text)) for text in problems]
    return "\n".join(lines)


def hide_ports(text):
    return re.sub(r" at 127\.0\.0\.1:\d+", "", text)
