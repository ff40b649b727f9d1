"""Networks of Bookshelf units for `network`: certificates, processes, and what the units say of themselves."""

import contextlib
import datetime
import http.client
import json
import os
import random
import re
import socket
import subprocess
import threading
import time

import brokers
import mqtt
from brokers import Failure

PATIENCE = 300
NETWORK = "bench"


class Ports:
    """Ports for listeners that are named before they are opened: from below those that the system gives to connections."""

    def __init__(self):
        with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as file:
            self.end = int(file.read().split()[0])
        self.next = random.randrange(self.end // 2, self.end)
        self.lock = threading.Lock()

    def take(self):
        with self.lock:
            while True:
                self.next = self.next + 1 if self.next + 1 < self.end else self.end // 2
                with socket.socket() as probe:
                    try:
                        probe.bind(("127.0.0.1", self.next))
                        return self.next
                    except OSError:
                        continue


class Network:
    """An authority, and a certificate for each unit that is asked for, made once."""

    def __init__(self, launcher, folder):
        self.launcher = launcher
        self.folder = folder
        self.lock = threading.Lock()
        self.ports = Ports()
        self.authority = os.path.join(folder, "authority")
        # A file of its own, so that no settings of the user's count; one machine has one clock.
        self.settings = os.path.join(folder, "bookshelf.toml")
        with open(self.settings, "w", encoding="ascii") as file:
            file.write('[clock]\ntrust = "always"\n')
        self.pki("init", "--dir", self.authority, "--network", NETWORK)

    def pki(self, *arguments):
        done = subprocess.run([self.launcher, "pki"] + list(arguments), capture_output=True, text=True, check=False)
        if done.returncode:
            raise Failure("no certificates: " + (done.stderr.strip().splitlines() or ["no reason given"])[-1])

    def certificate(self, unit):
        """The folder with a unit's certificate."""
        folder = os.path.join(self.folder, unit + "-pki")
        with self.lock:
            if not os.path.isdir(folder):
                self.pki("issue", "--dir", self.authority, "--unit", unit, "--out", folder)
        return folder


class Unit(brokers.Broker):
    """A unit's process."""

    def __init__(self, broker, web):
        super().__init__(broker.name, broker.process, broker.port)
        self.web = web
        self.connection = http.client.HTTPConnection("127.0.0.1", web, timeout=60)

    def health(self):
        try:
            return self.ask()
        except (OSError, http.client.HTTPException):
            # The unit lets go of connections that were quiet for a while.
            self.connection.close()
            return self.ask()

    def ask(self):
        self.connection.request("GET", "/healthz")
        return json.loads(self.connection.getresponse().read())

    def peers(self):
        """What the unit says of each peer: {unit: document}."""
        topics = mqtt.snapshot(self.port, "$bookshelf/peers/#")
        return {topic.rsplit("/", 1)[1]: json.loads(document) for topic, document in topics.items()}

    def agrees_with(self, others):
        """True if it says that it is in sync with all of them."""
        return self.says(others, "in sync")

    def misses(self, others):
        """True if it says that it reaches none of them."""
        return self.says(others, "unreachable")

    def says(self, others, state):
        peers = self.peers()
        return all(peers.get(other, {}).get("state") == state for other in others)

    def stop(self):
        self.connection.close()
        super().stop()


class Place:
    """Where a unit of a scenario lives: its folder, and the port at which others reach it; it may be started again and again."""

    def __init__(self, network, folder, name, profile="standard"):
        self.network = network
        self.folder = folder
        self.name = name
        self.profile = profile
        self.port = network.ports.take()
        self.certificate = network.certificate(name)
        self.unit = None

    def start(self, peers, wait=True):
        """
        Starts the unit.

        peers: {unit: port}; a port of None for one that dials this unit
        """
        listed = os.path.join(self.folder, self.name + "-peers.toml")
        with open(listed, "w", encoding="ascii") as file:
            for peer, port in peers.items():
                file.write('[units.%s]\naddresses = [%s]\n' % (peer, '"127.0.0.1:%d"' % port if port else ""))
        web = self.network.ports.take()
        command = [self.network.launcher, "run", "--config", self.network.settings, "--unit", self.name,
                   "--data", os.path.join(self.folder, self.name), "--mqtt", "127.0.0.1:0",
                   "--web", "127.0.0.1:%d" % web, "--listen", "127.0.0.1:%d" % self.port, "--pki", self.certificate,
                   "--peers", listed]
        broker = brokers.spawn(self.name, command, self.folder, wait_ready=False,
                               environment=dict(os.environ, BOOKSHELF_PROFILE=self.profile))
        self.unit = Unit(broker, web)
        if wait:
            self.await_ready()
        return self.unit

    def linked_at(self):
        """When its last link opened, by its log; seconds since 1970."""
        with open(os.path.join(self.folder, self.name + ".log"), encoding="utf-8") as log:
            line = [line for line in log if re.search(r" Links - link .* opened$", line.rstrip())][-1]
        return datetime.datetime.fromisoformat(line.split()[0]).timestamp()

    def await_ready(self):
        try:
            self.unit.port = brokers.ready_port(self.unit.process, self.name)
        except Failure as failure:
            with open(os.path.join(self.folder, self.name + ".log"), encoding="utf-8", errors="replace") as log:
                raise Failure("%s: %s" % (failure, (log.readlines() or ["it says nothing"])[-1].strip())) from failure

    def stop(self):
        if self.unit is not None:
            self.unit.stop()


@contextlib.contextmanager
def ending(places):
    """Ends the units of these places, whatever happens; all are told first."""
    try:
        yield
    finally:
        for place in places:
            if place.unit is not None and place.unit.process.poll() is None:
                place.unit.process.terminate()
        for place in places:
            place.stop()


def until(condition, what, seconds=PATIENCE, pause=0.1):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise Failure("in %d s it never came to this: %s" % (seconds, what))
        time.sleep(pause)


def until_agreed(places):
    """Waits until each unit says that it is in sync with each of the others."""
    for place in places:
        others = [other.name for other in places if other is not place]
        until(lambda: place.unit.agrees_with(others), place.name + " is in sync with " + ", ".join(others))


def figure(result, kind, name, field):
    """One figure of what the load generator reports."""
    if "failed" in result:
        raise Failure("the benchmark failed: " + re.sub(r" at 127\.0\.0\.1:\d+", "", result["failed"]))
    for one in result["results"]:
        if one["problems"]:
            raise Failure("; ".join(one["problems"]))
        for entry in one[kind]:
            if entry["name"] == name:
                return entry[field] / 1000 if field.endswith("_us") else entry[field]
    raise Failure("the benchmark does not say: " + name)
