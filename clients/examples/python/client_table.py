#!/usr/bin/python3
"""Keeps the table of the WiFi clients of one unit, and shows those of all units.

usage: client_table.py --unit NAME [--host HOST] [--port PORT]

Lines on standard input say what this unit's table is:
  + MAC JSON    this client is here, and this is known of it
  - MAC         it has left
  .             that was the whole table: rows left over from an earlier run may go
Lines on standard output say what all tables together are: "+ UNIT/MAC JSON", "- UNIT/MAC", and
"ready N clients" whenever all there is has been shown.

Needs paho-mqtt (Debian: python3-paho-mqtt; runs with 1.6 and with 2.1). Speaks MQTT 3.1.1 on purpose:
paho-mqtt 1.x does not tell its user when MQTT 5 refuses a write; with 3.1.1 a unit that refuses ends the
connection, which nobody can miss.
"""

import argparse
import os
import select
import sys
import time

import paho.mqtt.client as mqtt

TABLES = "clients/"
# The filter that is answered when the snapshots of the filters before it are complete.
MARKER = "$bookshelf/snapshot/client-table"
# So many writes wait for their acknowledgement at most; a unit takes 1,024 by default.
WINDOW = 20
RETRY_SECONDS = 1
# A connection that has not brought the whole snapshot by then is given up: it may be half dead.
READY_SECONDS = 10


def say(text):
    print("client-table: " + text, file=sys.stderr, flush=True)


class ClientTable:
    """One thread, no locks: everything happens in the loop of run()."""

    def __init__(self, host, port, unit):
        self.host, self.port, self.unit = host, port, unit
        self.prefix = TABLES + unit + "/"
        self.presence = "presence/" + unit
        # What this unit's keys have to be; an empty value: deleted.
        self.own = {self.presence: "online"}
        self.own_is_whole = False
        # What all tables are, as shown; and the keys that the current connection has told of.
        self.view = {}
        self.told = set()
        # Keys of `own` that are not known to be stored, in the order of their changes; and those
        # that were sent, by packet id.
        self.unsaved = {}
        self.in_flight = {}
        self.window = WINDOW
        self.client = None
        self.is_ready = False
        self.retry_at = 0.0

    # The unit

    def connect(self):
        # A new client for each connection: an old one would send old writes again by itself, and
        # what they are now is known here.
        client_id = "client-table-" + self.unit
        if hasattr(mqtt, "CallbackAPIVersion"):  # paho-mqtt 2
            client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION1, client_id)
        else:
            client = mqtt.Client(client_id)
        client.on_connect = self.on_connect
        client.on_message = self.on_message
        client.on_publish = self.on_publish
        client.on_disconnect = self.on_disconnect
        # The unit does this when we are gone, however that happens: with kill -9, too. Empty: deleted.
        client.will_set(self.presence, "", qos=1, retain=True)
        self.retry_at = time.monotonic() + RETRY_SECONDS
        try:
            client.connect(self.host, self.port, keepalive=30)
            self.client = client
        except OSError as e:
            say(f"no unit at {self.host}:{self.port} ({e}): trying again")

    def on_connect(self, client, userdata, flags, code):
        if code != 0:
            say(mqtt.connack_string(code))
            return
        self.told.clear()
        # The session is a new one each time, so the snapshot is, too. Both filters in one SUBSCRIBE,
        # the marker last.
        client.subscribe([(TABLES + "+/+", 1), (MARKER, 0)])

    def on_disconnect(self, client, userdata, code):
        suspects = list(self.in_flight.values())
        say("lost the unit" + (f", which may refuse {suspects[0]}" if len(suspects) == 1 else "") + ": trying again")
        self.client = None
        self.is_ready = False
        # Nobody knows whether these were stored. To write the same once more does no harm. But one of them
        # may be what the unit refuses: behind all others, and one at a time, it holds up nothing else.
        self.window = 1 if self.in_flight else WINDOW
        for key in self.in_flight.values():
            self.unsaved.pop(key, None)
            self.unsaved[key] = True
        self.in_flight.clear()

    def on_message(self, client, userdata, message):
        if message.topic == MARKER:
            self.snapshot_complete()
            return
        self.told.add(message.topic)
        self.show(message.topic, message.payload.decode("utf-8", "replace"))

    def snapshot_complete(self):
        # The snapshot is the truth: what it did not tell of is gone, deleted while we were away.
        for key in [key for key in self.view if key not in self.told]:
            self.show(key, "")
        # And what it says of our own keys is compared with what they have to be.
        for key, value in self.own.items():
            if key.startswith(TABLES) and self.view.get(key, "") != value:
                self.unsaved[key] = True
        # The will of the connection before may have deleted it meanwhile.
        self.unsaved = {self.presence: True, **self.unsaved}
        self.is_ready = True
        self.drop_leftovers()
        self.save()
        print(f"ready {len(self.view)} clients", flush=True)

    def show(self, key, value):
        if value == self.view.get(key, ""):
            return
        if value:
            self.view[key] = value
        else:
            del self.view[key]
        print("+" if value else "-", key[len(TABLES) :], value, flush=True)

    # This unit's own keys

    def set_own(self, key, value):
        self.own[key] = value
        self.unsaved[key] = True

    def drop_leftovers(self):
        if not (self.own_is_whole and self.is_ready):
            return
        for key in self.view:
            if key.startswith(self.prefix) and key not in self.own:
                self.set_own(key, "")

    def save(self):
        if not self.is_ready:
            return
        sent = set(self.in_flight.values())
        for key in list(self.unsaved):
            if len(self.in_flight) >= self.window:
                return
            if key in sent:
                continue  # one at a time of each key, so that the last one stands
            del self.unsaved[key]
            client = self.client
            # Retained: stored. QoS 1: acknowledged when it is on disk. Empty: deleted.
            info = client.publish(key, self.own[key], qos=1, retain=True)
            if client is not self.client:  # publish found the connection broken: on_disconnect has run
                self.unsaved[key] = True
                return
            self.in_flight[info.mid] = key

    def on_publish(self, client, userdata, packet_id):
        key = self.in_flight.pop(packet_id)
        if self.own[key] == "" and key not in self.unsaved:
            del self.own[key]
        self.save()

    def line(self, line):
        sign, _, rest = line.partition(" ")
        mac, _, value = rest.partition(" ")
        if sign == "+" and mac and value:
            self.set_own(self.prefix + mac, value)
        elif sign == "-" and mac:
            self.set_own(self.prefix + mac, "")
        elif line == ".":
            self.own_is_whole = True
            self.drop_leftovers()
        else:
            say(f"skipped, it is none of '+ MAC JSON', '- MAC' and '.': {line}")
        self.save()

    # Both together

    def run(self):
        table, rest = sys.stdin.fileno(), b""
        inputs = [table]
        while True:
            if self.client is None and time.monotonic() >= self.retry_at:
                self.connect()
            if self.client and not self.is_ready and time.monotonic() >= self.retry_at + READY_SECONDS:
                say("the unit does not answer")
                self.client.on_disconnect = None
                self.client.disconnect()
                self.on_disconnect(self.client, None, 0)
                continue
            client = self.client
            sockets = [client.socket()] if client else []
            writing = sockets if client and client.want_write() else []
            readable, writable, _ = select.select(inputs + sockets, writing, [], RETRY_SECONDS)
            if table in readable:
                data = os.read(table, 65536)
                if not data:
                    inputs = []  # the table stays as it is; the others' go on changing
                *lines, rest = (rest + data).split(b"\n")
                for line in lines:
                    self.line(line.decode("utf-8", "replace"))
            if client and client.socket() in readable:
                client.loop_read()
            if client and client.socket() in writable:
                client.loop_write()
            if client:
                client.loop_misc()  # sends pings, notices a unit that answers none


def main():
    parser = argparse.ArgumentParser(description="Keeps the table of the WiFi clients of one unit.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=1883)
    parser.add_argument("--unit", required=True)
    options = parser.parse_args()
    ClientTable(options.host, options.port, options.unit).run()


if __name__ == "__main__":
    main()
