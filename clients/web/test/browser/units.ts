import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, connect as dial, type Server, type Socket } from "node:net";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import mqtt, { type MqttClient } from "mqtt";

const LAUNCHER = resolve("../../bookshelf");
// Units live for a minute here: what the JVM's second compiler costs would not come back.
const ENVIRONMENT = { BOOKSHELF_TRAIN: "no", BOOKSHELF_JAVA_OPTS: "-XX:TieredStopAtLevel=1", ...process.env };
const run = promisify(execFile);

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

/** A cable that can be cut: between two units, or between a browser and whichever unit is near. */
export class Relay {
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;
  private whole = true;

  private constructor(private target: number) {
    this.server = createServer((from) => this.forward(from));
  }

  static async to(target: number): Promise<Relay> {
    const relay = new Relay(target);
    relay.server.listen(0, "127.0.0.1");
    await once(relay.server, "listening");
    return relay;
  }

  get port(): number {
    return (this.server.address() as { port: number }).port;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  cut(): void {
    this.whole = false;
    for (const socket of this.sockets) socket.destroy();
  }

  /** Leads to another port from now on; what goes to the former one is cut. */
  lead(target: number): void {
    this.target = target;
    for (const socket of this.sockets) socket.destroy();
  }

  heal(): void {
    this.whole = true;
  }

  close(): void {
    this.cut();
    this.server.close();
  }

  private forward(from: Socket): void {
    if (!this.whole) {
      from.destroy();
      return;
    }
    const to = dial(this.target, "127.0.0.1");
    for (const [one, other] of [[from, to], [to, from]] as const) {
      this.sockets.add(one);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        this.sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  }
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
}

function packet(first: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const length = body.length < 128 ? [body.length] : [(body.length & 0x7f) | 0x80, body.length >> 7];
  return Buffer.concat([Buffer.from([first, ...length]), body]);
}

const publish = (key: string, value: string, acknowledged: boolean): Buffer =>
  acknowledged
    ? packet(0x33, text(key), Buffer.from([0, 1]), Buffer.from(value))
    : packet(0x31, text(key), Buffer.from(value));

/** A real unit: `bookshelf run` in a process of its own. */
export class Unit {
  private process: ChildProcess | undefined;
  private log = "";

  /** @param webTls the port where it serves HTTPS; 0 for none */
  constructor(
    readonly name: string,
    private readonly mqtt: number,
    private readonly web: number,
    readonly webTls: number,
    private readonly more: readonly string[],
  ) {}

  get url(): string {
    return `http://127.0.0.1:${this.web}/`;
  }

  get mqttUrl(): string {
    return `mqtt://127.0.0.1:${this.mqtt}`;
  }

  /** Writes many keys as fast as the unit takes them; returns when all are on its disk. */
  async putAll(count: number, key: (index: number) => string): Promise<void> {
    const socket = dial(this.mqtt, "127.0.0.1");
    // MQTT 3.1.1: all at QoS 0 but the last one, which is stored, and acknowledged, behind all others.
    const puts = Array.from({ length: count }, (_, index) => publish(key(index), String(index), index === count - 1));
    socket.write(Buffer.concat([packet(0x10, text("MQTT"), Buffer.from([4, 2, 0, 60]), text("loader")), ...puts]));
    let received = Buffer.alloc(0);
    // CONNACK has four bytes, PUBACK follows.
    for await (const bytes of socket) {
      received = Buffer.concat([received, bytes as Buffer]);
      if (received.length >= 8) break;
    }
    if (received[4] !== 0x40) throw new Error(`not acknowledged: ${received.toString("hex")}`);
  }

  async start(): Promise<void> {
    const addresses = ["--mqtt", `127.0.0.1:${this.mqtt}`, "--web", `127.0.0.1:${this.web}`];
    if (this.webTls !== 0) addresses.push("--web-tls", `127.0.0.1:${this.webTls}`);
    const child = spawn(LAUNCHER, ["run", "--unit", this.name, ...addresses, ...this.more], { env: ENVIRONMENT });
    this.process = child;
    child.stderr.on("data", (text: Buffer) => (this.log += text.toString()));
    await new Promise<void>((ready, failed) => {
      child.stdout.on("data", (text: Buffer) => text.toString().includes("ready unit=") && ready());
      child.on("exit", (code) => failed(new Error(`${this.name} ended with ${code}\n${this.log}`)));
    });
  }

  /** As the kernel does it; returns when it is gone. */
  async kill(): Promise<void> {
    const child = this.process;
    this.process = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  }
}

/** Units, cables between them and clients of theirs; all are ended and deleted by close. */
export class Ground {
  private readonly folder: string;
  private readonly units: Unit[] = [];
  private readonly cables: { readonly ends: readonly [string, string]; readonly relay: Relay }[] = [];
  private readonly clients: Client[] = [];
  private readonly commands: ChildProcess[] = [];

  constructor() {
    mkdirSync("target/it", { recursive: true });
    this.folder = mkdtempSync(resolve("target/it/w"));
  }

  /** A unit that knows of no other. */
  async alone(name: string, config = ""): Promise<Unit> {
    const file = join(this.folder, `${name}.toml`);
    writeFileSync(file, config);
    return this.start(name, ["--config", file]);
  }

  /** Runs a command of the launcher's, with this on its standard input. */
  async bookshelf(parts: readonly string[], input = ""): Promise<string> {
    const running = run(LAUNCHER, parts as string[], { cwd: this.folder, env: ENVIRONMENT });
    running.child.stdin?.end(input);
    return (await running).stdout;
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /**
   * Units of one network, linked through cables that can be cut.
   *
   * @param host by which name browsers may address any of them over HTTPS; without one they serve none
   * @param owner who gets an owner's certificate, in a folder of this name
   */
  async network(names: readonly string[], host?: string, owner?: string): Promise<Unit[]> {
    await this.bookshelf(["pki", "init", "--dir", "authority", "--network", "home"]);
    const doors = new Map<string, number>();
    const named = host === undefined ? [] : ["--name", host];
    const issue = (...whom: string[]): Promise<string> => this.bookshelf(["pki", "issue", "--dir", "authority", ...whom]);
    await Promise.all([
      ...names.map(async (name) => {
        doors.set(name, await freePort());
        await issue("--unit", name, ...named, "--out", `${name}-pki`);
      }),
      owner !== undefined && issue("--owner", owner, "--out", owner),
    ]);
    return Promise.all(names.map(async (name) => {
      let peers = "";
      for (const other of names.filter((each) => each !== name)) {
        const relay = await Relay.to(doors.get(other)!);
        this.cables.push({ ends: [name, other], relay });
        peers += `[units.${other}]\naddresses = ["${relay.address}"]\n`;
      }
      writeFileSync(this.path(`${name}-peers.toml`), peers);
      const listen = `127.0.0.1:${doors.get(name)!}`;
      const webTls = host === undefined ? 0 : await freePort();
      return this.start(name, ["--listen", listen, "--pki", this.path(`${name}-pki`), "--peers", this.path(`${name}-peers.toml`)], webTls);
    }));
  }

  /** Runs `bookshelf pair` at a unit: the code that it shows, and all that it has said when it ends. */
  async pairing(unit: Unit): Promise<{ readonly code: string; readonly said: Promise<string> }> {
    const command = spawn(LAUNCHER, ["pair", "--url", unit.mqttUrl], { env: ENVIRONMENT });
    this.commands.push(command);
    let text = "";
    for (const stream of [command.stdout, command.stderr]) stream.on("data", (bytes: Buffer) => (text += bytes.toString()));
    const ended = once(command, "close").then(([status]) => `${text}exit ${String(status)}`);
    const code = (): string | undefined => /^Code: (\d{4} \d{4})$/m.exec(text)?.[1];
    while (code() === undefined && command.exitCode === null) await Promise.race([once(command.stdout, "data"), ended]);
    return { code: code() ?? (await ended), said: ended };
  }

  /** Cuts a unit off from all others. */
  cut(name: string): void {
    for (const { ends, relay } of this.cables) if (ends.includes(name)) relay.cut();
  }

  heal(): void {
    for (const { relay } of this.cables) relay.heal();
  }

  async client(unit: Unit): Promise<Client> {
    const client = new Client(await mqtt.connectAsync(unit.mqttUrl, { protocolVersion: 5, reconnectPeriod: 0 }));
    this.clients.push(client);
    return client;
  }

  async close(): Promise<void> {
    for (const client of this.clients) client.end();
    for (const { relay } of this.cables) relay.close();
    for (const command of this.commands) command.kill();
    await Promise.all(this.units.map((unit) => unit.kill()));
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async start(name: string, more: readonly string[], webTls = 0): Promise<Unit> {
    const unit = new Unit(name, await freePort(), await freePort(), webTls, ["--data", this.path(`${name}-data`), ...more]);
    this.units.push(unit);
    await unit.start();
    return unit;
  }
}

/** Another client of a unit's: what a daemon would be. */
export class Client {
  private readonly seen = new Map<string, string>();
  private woken: () => void = () => {};

  constructor(private readonly mqtt: MqttClient) {
    mqtt.on("message", (topic, payload) => {
      this.seen.set(topic, payload.toString());
      this.woken();
    });
  }

  async put(key: string, value: string | Buffer): Promise<void> {
    await this.mqtt.publishAsync(key, value, { qos: 1, retain: true });
  }

  async watch(filter: string): Promise<void> {
    await this.mqtt.subscribeAsync(filter, { qos: 1 });
  }

  /** What it was last told of a key. */
  value(key: string): string | undefined {
    return this.seen.get(key);
  }

  /** Waits until it has been told this of a key; empty for a delete. */
  async sees(key: string, value: string, millis = 45_000): Promise<void> {
    const end = Date.now() + millis;
    while (this.seen.get(key) !== value) {
      const left = end - Date.now();
      if (left <= 0) throw new Error(`${key} is ${JSON.stringify(this.seen.get(key))}, not ${JSON.stringify(value)}`);
      await new Promise<void>((wake) => {
        const timer = setTimeout(wake, left);
        this.woken = () => {
          clearTimeout(timer);
          wake();
        };
      });
    }
  }

  end(): void {
    this.mqtt.end(true);
  }
}
