"""What lies between the units of the benchmark: relays that can be cut, and taps that see the frames inside TLS."""

import asyncio
import socket
import ssl
import threading
import time

import mqtt

HELLO, ENTRIES, ACKNOWLEDGE, HEARTBEAT = 1, 2, 3, 4
DESCENT, ITEMS, REPAIR = 9, 10, 11
TOPIC = "$bookshelf/link"
PUMP = 1 << 16


class Background:
    """A thread with a loop for all that happens beside the benchmark's own steps."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    def do(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    def call(self, function, *arguments):
        async def run():
            return function(*arguments)
        return self.do(run())

    def close(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()


def listening():
    """A socket on which connections wait until somebody accepts them."""
    door = socket.socket()
    door.bind(("127.0.0.1", 0))
    door.listen(64)
    return door


class Relay:
    """Passes bytes on to a port. Cut, it passes nothing and closes nothing, as a network does that has come apart."""

    def __init__(self, background, target):
        self.background = background
        self.target = target
        self.passing = True
        self.ends = set()
        self.waiting = []
        door = listening()
        self.port = door.getsockname()[1]
        self.server = background.do(self.serve(door))

    async def serve(self, door):
        return await asyncio.get_running_loop().create_server(lambda: End(self, None), sock=door)

    def cut(self):
        self.passing = False
        for end in self.ends:
            end.go_on()

    def heal(self):
        self.passing = True
        for end in list(self.ends):
            end.go_on()
        for end in self.waiting:
            asyncio.ensure_future(end.onward())
        self.waiting = []

    def close(self):
        self.server.close()
        for end in list(self.ends):
            end.transport.abort()


class End(asyncio.Protocol):
    """One of the two connections that a relay joins."""

    def __init__(self, relay, other):
        self.relay = relay
        self.other = other
        self.transport = None
        self.early = []

    def connection_made(self, transport):
        self.transport = transport
        self.relay.ends.add(self)
        if self.other is not None:
            self.join()
        elif self.relay.passing:
            asyncio.ensure_future(self.onward())
        else:
            self.relay.waiting.append(self)

    def join(self):
        if self.other.transport.is_closing():
            self.transport.abort()
            return
        self.other.other = self
        for data in self.other.early:
            self.transport.write(data)
        self.go_on()
        self.other.go_on()

    async def onward(self):
        if self.transport.is_closing():
            return
        try:
            await asyncio.get_running_loop().create_connection(lambda: End(self.relay, self), "127.0.0.1", self.relay.target)
        except OSError:
            self.transport.abort()

    def go_on(self):
        if self.relay.passing:
            self.transport.resume_reading()
        else:
            self.transport.pause_reading()

    def data_received(self, data):
        if self.other is None:
            self.early.append(data)
        else:
            self.other.transport.write(data)

    def connection_lost(self, error):
        self.relay.ends.discard(self)
        if self.other is not None and self.other.transport is not None:
            self.other.transport.close()


class Frame:
    """A frame that passed a tap: when, towards whom, its kind (its number in frames.proto), its bytes on the way."""

    def __init__(self, to, size, payload):
        self.at = time.monotonic()
        self.to = to
        self.size = size
        self.kind = fields(payload)[0][0] if payload else 0
        self.payload = payload if self.kind >= DESCENT else None


def fields(data):
    """The fields of a protobuf message: [(number, value)]; a value is bytes or a number."""
    found = []
    at = 0
    while at < len(data):
        tag, at = mqtt.read_varint(data, at)
        if tag & 7 == 0:
            value, at = mqtt.read_varint(data, at)
        elif tag & 7 == 1:
            value, at = int.from_bytes(data[at:at + 8], "little"), at + 8
        else:
            length, at = mqtt.read_varint(data, at)
            value, at = data[at:at + length], at + length
        found.append((tag >> 3, value))
    return found


def value_bytes(repair):
    """Bytes of the values in a frame of repair."""
    body = fields(repair)[0][1]
    return sum(len(value) for number, entry in fields(body) if number == 1
               for inner, value in fields(entry) if inner == 2)


class Tap:
    """
    Stands between a unit that dials and the one that listens, to each as the other, with certificates of the network's own
    authority. It passes every byte on at once, and notes the frames. Connections wait until it is opened.
    """

    def __init__(self, background, network, dialler, listener, target):
        self.background = background
        self.target = target
        self.links = []
        self.tasks = set()
        self.inside = context(ssl.PROTOCOL_TLS_SERVER, network.certificate(listener))
        self.outside = context(ssl.PROTOCOL_TLS_CLIENT, network.certificate(dialler))
        self.door = listening()
        self.port = self.door.getsockname()[1]
        self.server = None

    def open(self):
        async def serve():
            return await asyncio.start_server(self.accepted, sock=self.door, ssl=self.inside)
        self.server = self.background.do(serve())

    async def accepted(self, reader, writer):
        self.tasks.add(asyncio.current_task())
        frames = []
        self.links.append(frames)
        onward = None
        try:
            there, onward = await asyncio.open_connection("127.0.0.1", self.target, ssl=self.outside, server_hostname="")
            await asyncio.gather(pump(reader, onward, "listener", frames), pump(there, writer, "dialler", frames))
        except (OSError, ssl.SSLError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()
            if onward is not None:
                onward.transport.abort()

    def frames(self):
        """Those of the newest link on which both have said hello."""
        for frames in reversed(self.links):
            if len({frame.to for frame in frames if frame.kind == HELLO}) == 2:
                return list(frames)
        return []

    def linked_at(self):
        """When the second hello passed; None while it has not."""
        hellos = [frame.at for frame in self.frames() if frame.kind == HELLO]
        return max(hellos) if hellos else None

    def close(self):
        if self.server is None:
            self.door.close()
        else:
            self.background.call(self.server.close)
        for task in list(self.tasks):
            self.background.call(task.cancel)


async def pump(reader, writer, to, frames):
    packets = mqtt.Packets()
    while data := await reader.read(PUMP):
        writer.write(data)
        for first, body, size in packets.feed(data):
            if first >> 4 == 3:
                topic, payload = mqtt.message(first, body)
                if topic == TOPIC:
                    frames.append(Frame(to, size, payload))
        await writer.drain()
    writer.close()


def context(side, folder):
    made = ssl.SSLContext(side)
    made.minimum_version = ssl.TLSVersion.TLSv1_3
    made.check_hostname = False
    made.verify_mode = ssl.CERT_REQUIRED
    made.load_verify_locations(folder + "/ca.pem")
    made.load_cert_chain(folder + "/cert.pem", folder + "/key.pem")
    return made
