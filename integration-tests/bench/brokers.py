"""Starts, measures and ends the brokers that `compare` compares."""

import glob
import json
import os
import resource
import select
import shutil
import socket
import subprocess
import time

READY_SECONDS = 300
BENCH_SECONDS = 900
TICK = os.sysconf("SC_CLK_TCK")


class Failure(Exception):
    """A sentence for the person who waits."""


class Broker:
    """A broker's process, which is this one's child."""

    def __init__(self, name, process, port):
        self.name = name
        self.process = process
        self.port = port

    def cpu_seconds(self):
        with open("/proc/%d/stat" % self.process.pid, encoding="ascii", errors="replace") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def memory(self):
        """Resident and anonymous memory in MB (2^20 bytes)."""
        figures = {}
        with open("/proc/%d/smaps_rollup" % self.process.pid, encoding="ascii", errors="replace") as file:
            for line in file:
                words = line.split()
                if words[0] in ("Rss:", "Anonymous:"):
                    figures[words[0][:-1].lower()] = int(words[1]) / 1024
        return figures

    def settled_memory(self, seconds):
        """Memory that long after the last packet, when whoever gives memory back has done so."""
        time.sleep(seconds)
        return self.memory()

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def spawn(name, command, folder, port=None, wait_ready=True, environment=None):
    """Starts a command whose standard output says `ready … mqtt=HOST:PORT …`."""
    with open(os.path.join(folder, name + ".log"), "ab") as log:
        try:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, stdin=subprocess.DEVNULL,
                                       env=environment)
        except OSError as error:
            raise Failure("%s cannot be started: %s" % (name, error)) from error
    broker = Broker(name, process, port)
    if wait_ready:
        try:
            broker.port = ready_port(process, name)
        except BaseException:
            broker.stop()
            raise
    return broker


def ready_port(process, name):
    deadline = time.monotonic() + READY_SECONDS
    text = b""
    while b"\n" not in text[text.find(b"ready "):] or b"ready " not in text:
        readable, _, _ = select.select([process.stdout], [], [], max(0, deadline - time.monotonic()))
        piece = os.read(process.stdout.fileno(), 4096) if readable else b""
        if not piece:
            raise Failure("%s did not say that it is ready" % name)
        text += piece
    line = text[text.find(b"ready "):].split(b"\n")[0].decode()
    words = dict(word.split("=", 1) for word in line.split()[1:])
    return int(words["mqtt"].rsplit(":", 1)[1])


def start_bookshelf(launcher, folder):
    return spawn("Bookshelf", bookshelf_command(launcher, folder, 0), folder)


def bookshelf_command(launcher, folder, port):
    return [launcher, "run", "--unit", "bench", "--data", os.path.join(folder, "data"),
            "--mqtt", "127.0.0.1:%d" % port, "--web", "127.0.0.1:0"]


def time_to_connack(launcher, folder, *options):
    """
    Starts Bookshelf on its existing data; returns it and the seconds until a client had its first CONNACK.

    options: for its JVM
    """
    port = free_port()
    environment = dict(os.environ)
    environment["BOOKSHELF_JAVA_OPTS"] = " ".join([environment.get("BOOKSHELF_JAVA_OPTS", ""), *options])
    start = time.monotonic()
    broker = spawn("Bookshelf", bookshelf_command(launcher, folder, port), folder, port, wait_ready=False,
                   environment=environment)
    try:
        await_connack(broker, start + READY_SECONDS)
    except BaseException:
        broker.stop()
        raise
    return broker, time.monotonic() - start


def await_connack(broker, deadline):
    while time.monotonic() < deadline and broker.process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", broker.port), 5) as client:
                client.sendall(b"\x10\x11\x00\x04MQTT\x04\x02\x00\x00\x00\x05bench")
                if client.recv(4)[:1] == b"\x20":
                    return
        except OSError:
            pass
        time.sleep(0.002)
    raise Failure("%s does not answer a CONNECT" % broker.name)


def start_mosquitto(folder):
    """Mosquitto in memory, with every limit on queues lifted."""
    program = shutil.which("mosquitto", path=os.environ.get("PATH", "") + ":/usr/sbin")
    if not program:
        raise Failure("mosquitto is not installed: apt-get install mosquitto, or leave it out with --without mosquitto")
    port = free_port()
    settings = os.path.join(folder, "mosquitto.conf")
    with open(settings, "w", encoding="ascii") as file:
        file.write("listener %d 127.0.0.1\nallow_anonymous true\npersistence false\n"
                   "max_queued_messages 0\nmax_inflight_messages 0\n" % port)
    broker = spawn("Mosquitto", [program, "-c", settings], folder, port, wait_ready=False)
    try:
        await_connack(broker, time.monotonic() + 10)
    except BaseException:
        broker.stop()
        raise
    return broker


def build_moquette(root):
    """Compiles the stock broker's main and returns its class path."""
    place = os.path.join(root, "integration-tests", "bench", "stock-moquette")
    classes = os.path.join(place, "target", "classes")
    command = ["mvn", "-q", "-B", "-f", os.path.join(place, "pom.xml"), "compile",
               "dependency:build-classpath", "-Dmdep.includeScope=runtime",
               "-Dmdep.outputFile=" + os.path.join(place, "target", "classpath")]
    if subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode:
        raise Failure("stock Moquette cannot be built; leave it out with --without moquette")
    with open(os.path.join(place, "target", "classpath"), encoding="utf-8") as file:
        return classes + ":" + file.read().strip()


def start_moquette(classpath, folder):
    command = [java(), "-Dorg.slf4j.simpleLogger.defaultLogLevel=error", "-cp", classpath,
               "io.bookshelf.bench.StockMoquette", str(free_port())]
    return spawn("Moquette", command, folder)


def java():
    """A JDK 25: JAVA_HOME's, or one where distributions put them."""
    homes = [os.environ.get("JAVA_HOME", "")] + sorted(glob.glob("/usr/lib/jvm/*"))
    for home in homes:
        try:
            with open(os.path.join(home, "release"), encoding="utf-8") as file:
                if 'JAVA_VERSION="25' in file.read():
                    return os.path.join(home, "bin", "java")
        except OSError:
            continue
    raise Failure("no JDK 25 was found: set JAVA_HOME")


def bench(command, broker, arguments):
    """Runs the load generator; its JSON, and what both ends took of the processors."""
    before = broker.cpu_seconds()
    own = children_seconds()
    begun = time.monotonic()
    try:
        done = subprocess.run(command + ["--url", "mqtt://127.0.0.1:%d" % broker.port, "--json", "-"] + arguments,
                              capture_output=True, text=True, timeout=BENCH_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return {"failed": "took longer than %d s" % BENCH_SECONDS}
    except OSError as error:
        raise Failure("the benchmark cannot be started: %s" % error) from error
    elapsed = time.monotonic() - begun
    if done.returncode not in (0, 1):
        return {"failed": (done.stderr.strip().splitlines() or ["no reason given"])[-1]}
    result = json.loads(done.stdout)
    alive = broker.process.poll() is None
    result["broker_cpu"] = (broker.cpu_seconds() - before) / elapsed if alive else None
    result["generator_cpu"] = (children_seconds() - own) / elapsed
    return result


def children_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def measure_disk(folder, times):
    """fdatasync after 4 KiB: appended to a growing file, and written over an existing one; seconds each took."""
    path = os.path.join(folder, "fdatasync")
    figures = {}
    for name, offset in (("append", None), ("overwrite", 0)):
        with open(path, "r+b" if offset is not None else "wb", buffering=0) as file:
            block = os.urandom(4096)
            taken = []
            for _ in range(times):
                if offset is not None:
                    file.seek(offset)
                begun = time.perf_counter()
                file.write(block)
                os.fdatasync(file.fileno())
                taken.append(time.perf_counter() - begun)
        taken.sort()
        figures[name] = {"p50": taken[len(taken) // 2], "p99": taken[int(len(taken) * 0.99)], "rate": times / sum(taken)}
    os.remove(path)
    return figures
