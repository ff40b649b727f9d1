import { beforeEach, describe, expect, test } from "vitest";
import type { Connection, Credentials, Ending, Listener, Publication } from "../../src/net/connection";
import { Line } from "../../src/net/line";
import type { Admission, Session } from "../../src/net/signIn";
import { bytesOf } from "../../src/model/values";
import { told } from "./fakes";

const SESSION: Session = { unit: "hall", network: "home", signIn: "none", holder: "" };
const OPEN: Admission = { kind: "open", session: SESSION, credentials: undefined };
const LOST: Ending = { kind: "lost" };
const PUT: Publication = { key: "a", payload: bytesOf("1"), properties: {} };

class FakeConnection implements Connection {
  closed = false;
  readonly published: Publication[] = [];
  constructor(readonly credentials: Credentials | undefined, readonly listener: Listener) {}
  publish(publication: Publication): Promise<void> {
    this.published.push(publication);
    return Promise.resolve();
  }
  close(): void {
    this.closed = true;
  }
}

let admission: Admission;
let admitted: number;
let connections: FakeConnection[];
let waits: { millis: number; task: () => void; off: boolean }[];
let told_: string[];
let now: number;
let line: Line;

const last = (): FakeConnection => connections.at(-1)!;
const settle = async (): Promise<void> => {
  for (let i = 0; i < 5; i++) await Promise.resolve();
};
const pass = async (): Promise<void> => {
  const wait = waits.at(-1)!;
  expect(wait.off).toBe(false);
  wait.task();
  await settle();
};

beforeEach(async () => {
  admission = OPEN;
  admitted = 0;
  connections = [];
  waits = [];
  told_ = [];
  now = 1_000;
  line = new Line(
    () => {
      admitted++;
      return Promise.resolve(admission);
    },
    (credentials, listener) => {
      connections.push(new FakeConnection(credentials, listener));
      return last();
    },
    {
      now: () => now,
      random: () => 1,
      later: (millis, task) => {
        const wait = { millis, task, off: false };
        waits.push(wait);
        return () => (wait.off = true);
      },
    },
    {
      phase: (phase) => told_.push(phase.kind),
      begins: () => told_.push("begins"),
      message: (message) => told_.push(message.topic),
      complete: () => told_.push("complete"),
    },
  );
  line.start();
  await settle();
});

describe("the line to the unit", () => {
  test("tells the snapshot from its beginning to its end", () => {
    last().listener.opened();
    last().listener.message(told("a", "1"));
    last().listener.snapshotComplete();
    expect(told_).toEqual(["begins", "loading", "a", "complete", "live"]);
  });

  test("begins again after it was lost, with growing pauses, and says since when it is cut off", async () => {
    last().listener.opened();
    last().listener.snapshotComplete();
    last().listener.closed(LOST);
    expect(line.phase).toEqual({ kind: "cut", since: 1_000 });
    for (let i = 0; i < 6; i++) {
      now += 5_000;
      await pass();
      last().listener.closed(LOST);
    }
    expect(line.phase).toEqual({ kind: "cut", since: 1_000 });
    expect(waits.map((wait) => wait.millis)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000]);
    await pass();
    last().listener.opened();
    last().listener.snapshotComplete();
    last().listener.closed(LOST);
    expect(line.phase).toEqual({ kind: "cut", since: 31_000 });
    expect(waits.at(-1)!.millis).toBe(500);
  });

  test("signs in anew before each connection", async () => {
    admission = { kind: "open", session: SESSION, credentials: { user: "id", password: "first" } };
    last().listener.closed(LOST);
    await pass();
    expect(last().credentials?.password).toBe("first");
    admission = { kind: "open", session: SESSION, credentials: { user: "id", password: "second" } };
    last().listener.closed({ kind: "refused" });
    expect(line.phase.kind).toBe("cut");
    await pass();
    expect(last().credentials?.password).toBe("second");
    expect(admitted).toBe(3);
  });

  test("goes on trying while the unit cannot even be asked", async () => {
    last().listener.closed(LOST);
    admission = { kind: "unreachable" };
    await pass();
    expect(line.phase.kind).toBe("cut");
    admission = OPEN;
    await pass();
    expect(connections).toHaveLength(2);
  });

  test("hurries when something says that the unit may be back, and only then", async () => {
    line.hurry();
    expect(connections).toHaveLength(1);
    last().listener.closed(LOST);
    line.hurry();
    await settle();
    expect(connections).toHaveLength(2);
    expect(waits.at(-1)!.off).toBe(true);
  });

  test("takes nothing of an earlier connection for the present one's", async () => {
    const first = last();
    first.listener.opened();
    first.listener.closed(LOST);
    await pass();
    last().listener.opened();
    told_.length = 0;
    first.listener.message(told("old", "1"));
    first.listener.snapshotComplete();
    first.listener.closed(LOST);
    expect(told_).toEqual([]);
    expect(line.phase.kind).toBe("loading");
  });

  test("asks for a phone to be paired, and begins again when it is", async () => {
    last().listener.closed(LOST);
    admission = { kind: "pair", session: SESSION, why: "new" };
    await pass();
    expect(line.phase).toMatchObject({ kind: "pair", why: "new" });
    admission = { kind: "open", session: SESSION, credentials: { user: "id", password: "token" } };
    line.again();
    await settle();
    expect(last().credentials?.password).toBe("token");
  });

  test("asks for a password where the unit refuses who has none, and says when it was wrong", async () => {
    last().listener.closed({ kind: "refused" });
    expect(line.phase).toEqual({ kind: "password", refused: false });
    line.again({ user: "anna", password: "wrong" });
    await settle();
    expect(last().credentials).toEqual({ user: "anna", password: "wrong" });
    last().listener.closed({ kind: "refused" });
    expect(line.phase).toEqual({ kind: "password", refused: true });
  });

  test("writes while it is connected, and at no other time", async () => {
    last().listener.opened();
    await line.publish(PUT);
    expect(last().published).toEqual([PUT]);
    last().listener.closed(LOST);
    await expect(line.publish(PUT)).rejects.toMatchObject({ kind: "cut off" });
  });
});
