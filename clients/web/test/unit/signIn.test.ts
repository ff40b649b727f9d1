import { createHash, webcrypto } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { fromBase64, toBase64 } from "../../src/model/values";
import { type Keyring, type PairedKey, type Session, SignIn } from "../../src/net/signIn";

const SESSION: Session = { unit: "hall", network: "home", signIn: "key", holder: "" };

/** The contract's other side: pairs with one code, and verifies each signature as a unit does. */
class FakeUnit {
  session: unknown = { unit: "hall", network: "home", signIn: "key", holder: null };
  code: string | undefined = "12345678";
  triesLeft = 5;
  slow = false;
  readonly paired = new Map<string, string>();
  readonly offered = new Set<string>();
  private readonly challenges = new Set<string>();
  private tokens = 0;

  readonly fetch: typeof fetch = async (path, init) => {
    const body = init?.body === undefined ? {} : (JSON.parse(init.body as string) as Record<string, string>);
    switch (path) {
      case "/session":
        return this.session === undefined ? new Response("nothing here", { status: 404 }) : Response.json(this.session);
      case "/pair":
        return this.pair(body);
      case "/challenge":
        return this.challenge(body);
      case "/token":
        return this.token(body);
      default:
        throw new Error(`no ${String(path)} in the contract`);
    }
  };

  private pair({ code, name, key }: Record<string, string>): Response {
    this.offered.add(key!);
    if (this.slow) return Response.json({ error: "too fast" }, { status: 429, headers: { "Retry-After": "7" } });
    if (this.code === undefined) return Response.json({ error: "no code is open" }, { status: 410 });
    if (code !== this.code) return Response.json({ error: "wrong", triesLeft: --this.triesLeft }, { status: 403 });
    expect(name).not.toBe("");
    const id = createHash("sha256").update(fromBase64(key!)).digest("hex").slice(0, 32);
    this.paired.set(id, key!);
    return Response.json({ id }, { status: 201 });
  }

  private challenge({ id }: Record<string, string>): Response {
    if (!this.paired.has(id!)) return Response.json({ error: "unknown" }, { status: 403 });
    const challenge = toBase64(webcrypto.getRandomValues(new Uint8Array(32))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
    this.challenges.add(challenge);
    return Response.json({ challenge, seconds: 60 });
  }

  private async token({ id, challenge, signature }: Record<string, string>): Promise<Response> {
    const spki = this.paired.get(id!);
    if (spki === undefined || !this.challenges.delete(challenge!)) return Response.json({ error: "unknown" }, { status: 403 });
    const key = await webcrypto.subtle.importKey("spki", fromBase64(spki), { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
    const text = new TextEncoder().encode(`bookshelf-sign-in:home:hall:${challenge}`);
    const bytes = fromBase64(signature!);
    expect(bytes).toHaveLength(64);
    const good = await webcrypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, bytes, text);
    return good ? Response.json({ user: id, password: `token${++this.tokens}`, seconds: 3600 }) : Response.json({ error: "no" }, { status: 403 });
  }
}

class FakeKeyring implements Keyring {
  readonly keys = new Map<string, PairedKey>();
  load(network: string): Promise<PairedKey | undefined> {
    return Promise.resolve(this.keys.get(network));
  }
  save(key: PairedKey): Promise<void> {
    this.keys.set(key.network, key);
    return Promise.resolve();
  }
}

let unit: FakeUnit;
let keyring: FakeKeyring;
let signIn: SignIn;

beforeEach(() => {
  unit = new FakeUnit();
  keyring = new FakeKeyring();
  signIn = new SignIn((...request) => unit.fetch(...request), keyring, webcrypto.subtle as SubtleCrypto);
});

describe("signing in", () => {
  test("asks nothing where the unit lets everybody in, does not know of it, or has seen a certificate", async () => {
    unit.session = undefined;
    expect(await signIn.admit()).toMatchObject({ kind: "open", credentials: undefined });
    unit.session = { unit: "hall", network: null, signIn: "none", holder: null };
    expect(await signIn.admit()).toMatchObject({ kind: "open", credentials: undefined });
    unit.session = { unit: "hall", network: "home", signIn: "certificate", holder: "owner/anna" };
    expect(await signIn.admit()).toMatchObject({ kind: "open", credentials: undefined, session: { holder: "owner/anna" } });
  });

  test("pairs with the code, then gets a token for each connection by its signature", async () => {
    expect(await signIn.admit()).toMatchObject({ kind: "pair", why: "new" });
    expect(await signIn.pair(SESSION, "12345678", "Anna's phone")).toEqual({ kind: "paired" });
    const [id] = unit.paired.keys();
    expect(await signIn.admit()).toMatchObject({ kind: "open", credentials: { user: id, password: "token1" } });
    expect(await signIn.admit()).toMatchObject({ kind: "open", credentials: { user: id, password: "token2" } });
    expect(await signIn.ownId()).toBe(id);
  });

  test("keeps a key that cannot be exported", async () => {
    await signIn.pair(SESSION, "12345678", "Anna's phone");
    const { key } = keyring.keys.get("home")!;
    expect(key.extractable).toBe(false);
    await expect(webcrypto.subtle.exportKey("pkcs8", key as webcrypto.CryptoKey)).rejects.toThrow();
  });

  test("says why a code was not taken, keeps nothing then, and shows the unit one key however often it tries", async () => {
    expect(await signIn.pair(SESSION, "00000000", "x")).toEqual({ kind: "wrong", triesLeft: 4 });
    unit.slow = true;
    expect(await signIn.pair(SESSION, "00000000", "x")).toEqual({ kind: "slow", seconds: 7 });
    unit.slow = false;
    unit.code = undefined;
    expect(await signIn.pair(SESSION, "12345678", "x")).toEqual({ kind: "closed" });
    expect(keyring.keys.size).toBe(0);
    expect(unit.offered.size).toBe(1);
  });

  test("says that it was revoked, whether that shows at the challenge or at the token", async () => {
    await signIn.pair(SESSION, "12345678", "x");
    const spki = [...unit.paired];
    unit.paired.clear();
    expect(await signIn.admit()).toMatchObject({ kind: "pair", why: "revoked" });
    unit.paired.set(spki[0]![0], toBase64(new Uint8Array(await otherKey())));
    expect(await signIn.admit()).toMatchObject({ kind: "pair", why: "revoked" });
  });

  test("cannot pair where the page did not come in a safe way, and says so", async () => {
    const unsafe = new SignIn((...request) => unit.fetch(...request), keyring, undefined);
    expect(await unsafe.admit()).toMatchObject({ kind: "pair", why: "insecure" });
  });

  test("takes a unit that does not answer for away, not for open", async () => {
    for (const answer of [() => Promise.reject(new TypeError("no route")), () => Promise.resolve(new Response("busy", { status: 503 }))]) {
      expect(await new SignIn(answer, keyring, webcrypto.subtle as SubtleCrypto).admit()).toEqual({ kind: "unreachable" });
    }
  });
});

async function otherKey(): Promise<ArrayBuffer> {
  const pair = await webcrypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
  return webcrypto.subtle.exportKey("spki", pair.publicKey);
}
