"""As much MQTT 5 as the benchmark of replication needs: puts, snapshots, and watchers that know what is to come."""

import asyncio
import itertools
import socket
import struct
import time

ANSWER_SECONDS = 60
WINDOW = 200
_numbers = itertools.count(1)


def varint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def read_varint(data, at):
    """The value and where it ends; None where it has not come as a whole."""
    value = shift = 0
    while at < len(data):
        value |= (data[at] & 0x7F) << shift
        shift += 7
        at += 1
        if data[at - 1] < 0x80:
            return value, at
    return None


def text(words):
    data = words.encode()
    return struct.pack(">H", len(data)) + data


def packet(first, body):
    return bytes([first]) + varint(len(body)) + body


def connect():
    """A clean session without keep-alive, under a name that nobody else has."""
    return packet(0x10, text("MQTT") + b"\x05\x02\x00\x00\x00" + text("network-%d" % next(_numbers)))


def subscribe(filters, snapshot):
    body = b"\x00\x01\x00"
    for one in filters:
        body += text(one) + (b"\x00" if snapshot else b"\x20")
    return packet(0x82, body)


def publish(topic, payload, number):
    """A retained put of QoS 1."""
    return packet(0x33, text(topic) + struct.pack(">H", number) + b"\x00" + payload)


class Packets:
    """Cuts a stream of bytes into packets: (first byte, body, bytes in all)."""

    def __init__(self):
        self.data = bytearray()

    def feed(self, data):
        self.data += data
        found = []
        at = 0
        while at < len(self.data):
            length = read_varint(self.data, at + 1)
            if length is None or length[1] + length[0] > len(self.data):
                break
            end = length[1] + length[0]
            found.append((self.data[at], bytes(self.data[length[1]:end]), end - at))
            at = end
        del self.data[:at]
        return found


def message(first, body):
    """Topic and payload of a PUBLISH."""
    end = 2 + struct.unpack_from(">H", body)[0]
    topic = body[2:end].decode()
    if first & 0x06:
        end += 2
    length, start = read_varint(body, end)
    return topic, body[start + length:]


class Client:
    """A connection that waits for its answers."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), ANSWER_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.answers = self.received()
        self.socket.sendall(connect())
        if next(self.answers)[1][1]:
            raise OSError("the unit refuses a client")

    def received(self):
        packets = Packets()
        while True:
            data = self.socket.recv(1 << 16)
            if not data:
                raise OSError("the unit has closed the connection")
            yield from packets.feed(data)

    def close(self):
        self.socket.close()


def put(port, entries):
    """Puts, and returns when the last is acknowledged."""
    client = Client(port)
    try:
        left = list(entries)
        waiting = 0
        number = 0
        while left or waiting:
            batch = left[:WINDOW - waiting]
            del left[:len(batch)]
            out = b""
            for topic, payload in batch:
                number = number % 65_535 + 1
                out += publish(topic, payload, number)
            client.socket.sendall(out)
            waiting += len(batch)
            first, body, _ = next(client.answers)
            if first == 0x40:
                waiting -= 1
                if len(body) > 2 and body[2] >= 0x80:
                    raise OSError("the unit refuses a put with reason 0x%02X" % body[2])
    finally:
        client.close()


def snapshot(port, *filters):
    """What a unit holds below some filters: {topic: payload}."""
    client = Client(port)
    try:
        client.socket.sendall(subscribe(list(filters) + ["$bookshelf/snapshot/bench"], True))
        found = {}
        for first, body, _ in client.answers:
            if first >> 4 == 3:
                topic, payload = message(first, body)
                if topic == "$bookshelf/snapshot/bench":
                    return found
                found[topic] = payload
    finally:
        client.close()


class Watcher(asyncio.Protocol):
    """Follows the changes below a filter and knows when every value is the one expected."""

    def __init__(self, topics):
        self.topics = topics
        self.packets = Packets()
        self.ready = asyncio.get_running_loop().create_future()
        self.expected = {}
        self.missing = set()
        self.values = {}
        self.complete_at = None

    def expect(self, entries):
        """From now on these are the values to come, besides what has come already."""
        self.expected = dict(entries)
        self.missing = {topic for topic, value in self.expected.items() if self.values.get(topic) != value}
        self.complete_at = None if self.missing else time.monotonic()

    def connection_made(self, transport):
        self.transport = transport
        transport.write(connect() + subscribe([self.topics], False))

    def connection_lost(self, error):
        if not self.ready.done():
            self.ready.set_exception(OSError("the unit has closed the connection"))

    def data_received(self, data):
        for first, body, _ in self.packets.feed(data):
            if first >> 4 == 9 and not self.ready.done():
                self.ready.set_result(None)
            elif first >> 4 == 3:
                self.came(*message(first, body))

    def came(self, topic, payload):
        self.values[topic] = payload
        if topic not in self.expected:
            return
        if self.expected[topic] == payload:
            self.missing.discard(topic)
            if not self.missing and self.complete_at is None:
                self.complete_at = time.monotonic()
        else:
            self.missing.add(topic)
            self.complete_at = None


async def watch(port, topics):
    """A watcher whose subscription is in place; it is told only what changes from now on."""
    _, watcher = await asyncio.get_running_loop().create_connection(lambda: Watcher(topics), "127.0.0.1", port)
    await watcher.ready
    return watcher
