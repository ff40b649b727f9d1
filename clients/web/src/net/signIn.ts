import { Fields } from "../model/json";
import { bytesOf, toBase64 } from "../model/values";
import type { Credentials } from "./connection";

/** A key of this device that cannot be exported, and under which id the network knows it. */
export interface PairedKey {
  readonly id: string;
  readonly network: string;
  readonly name: string;
  readonly key: CryptoKey;
}

/** Where this device keeps its key. */
export interface Keyring {
  load(network: string): Promise<PairedKey | undefined>;
  save(key: PairedKey): Promise<void>;
}

/** What the unit is, and how it wants to be signed in to. */
export interface Session {
  readonly unit: string;
  readonly network: string;
  readonly signIn: "none" | "certificate" | "key";
  /** Whose certificate this connection showed, such as owner/anna; empty for none. */
  readonly holder: string;
}

export type Admission =
  | { readonly kind: "open"; readonly session: Session; readonly credentials: Credentials | undefined }
  /** A key is wanted: there is none yet, this unit does not know it (any more, or yet), or this page cannot make one. */
  | { readonly kind: "pair"; readonly session: Session; readonly why: "new" | "revoked" | "insecure" }
  | { readonly kind: "unreachable" };

export type Pairing =
  | { readonly kind: "paired" }
  | { readonly kind: "wrong"; readonly triesLeft: number }
  | { readonly kind: "closed" }
  | { readonly kind: "slow"; readonly seconds: number }
  | { readonly kind: "failed"; readonly sentence: string };

const NOBODY: Session = { unit: "", network: "", signIn: "none", holder: "" };
const PATIENCE_MILLIS = 8_000;

/** Signs this device in, as the unit asks: the HTTP side of it. */
export class SignIn {
  private made: Promise<CryptoKeyPair> | undefined;
  private network = "";

  /**
   * @param fetching the browser's fetch
   * @param crypto the browser's keys; undefined where the page did not come in a safe way
   */
  constructor(
    private readonly fetching: typeof fetch,
    private readonly keyring: Keyring,
    private readonly crypto: SubtleCrypto | undefined,
  ) {}

  /** Finds out what the unit wants, and gets it where this device can. Asked before each connection. */
  async admit(): Promise<Admission> {
    try {
      const session = await this.session();
      this.network = session.network;
      // Without a network there is nobody to pair with: the unit will ask for a password.
      const byKey = session.signIn === "key" && session.network !== "";
      return byKey ? await this.withKey(session) : { kind: "open", session, credentials: undefined };
    } catch {
      return { kind: "unreachable" };
    }
  }

  /** Under which id the network knows this device; undefined if it does not. */
  async ownId(): Promise<string | undefined> {
    return (await this.keyring.load(this.network).catch(() => undefined))?.id;
  }

  /** Makes a key, and registers its public half with the code that the unit shows. */
  async pair(session: Session, code: string, name: string): Promise<Pairing> {
    if (this.crypto === undefined) return { kind: "failed", sentence: "" };
    try {
      this.made ??= this.crypto.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
      const pair = await this.made;
      const spki = new Uint8Array(await this.crypto.exportKey("spki", pair.publicKey));
      const response = await this.post("/pair", { code, name, key: toBase64(spki) });
      const said = Fields.parse(await response.text());
      if (response.status === 201 && said.text("id") !== "") {
        await this.keyring.save({ id: said.text("id"), network: session.network, name, key: pair.privateKey });
        this.made = undefined;
        return { kind: "paired" };
      }
      return refusal(response, said);
    } catch {
      return { kind: "failed", sentence: "" };
    }
  }

  private async session(): Promise<Session> {
    const response = await this.get("/session");
    // A unit that does not know of signing in lets in whoever reaches it.
    if (response.status === 404) return NOBODY;
    if (!response.ok) throw new Error(`/session answers ${response.status}`);
    const said = Fields.parse(await response.text());
    const signIn = said.text("signIn");
    return {
      unit: said.text("unit"),
      network: said.text("network"),
      signIn: signIn === "key" || signIn === "certificate" ? signIn : "none",
      holder: said.text("holder"),
    };
  }

  private async withKey(session: Session): Promise<Admission> {
    if (this.crypto === undefined) return { kind: "pair", session, why: "insecure" };
    const paired = await this.keyring.load(session.network);
    if (paired === undefined) return { kind: "pair", session, why: "new" };
    const asked = await this.post("/challenge", { id: paired.id });
    if (asked.status === 403) return { kind: "pair", session, why: "revoked" };
    const challenge = Fields.parse(await asked.text()).text("challenge");
    if (challenge === "") throw new Error(`/challenge answers ${asked.status}`);
    const signature = await this.sign(paired.key, `bookshelf-sign-in:${session.network}:${session.unit}:${challenge}`);
    const response = await this.post("/token", { id: paired.id, challenge, signature });
    if (response.status === 403) return { kind: "pair", session, why: "revoked" };
    const said = Fields.parse(await response.text());
    if (said.text("password") === "") throw new Error(`/token answers ${response.status}`);
    return { kind: "open", session, credentials: { user: said.text("user"), password: said.text("password") } };
  }

  private async sign(key: CryptoKey, text: string): Promise<string> {
    const signature = await this.crypto!.sign({ name: "ECDSA", hash: "SHA-256" }, key, bytesOf(text));
    return toBase64(new Uint8Array(signature));
  }

  private get(path: string): Promise<Response> {
    return this.fetching(path, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MILLIS) });
  }

  private post(path: string, body: Readonly<Record<string, string>>): Promise<Response> {
    return this.fetching(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE_MILLIS),
    });
  }
}

function refusal(response: Response, said: Fields): Pairing {
  switch (response.status) {
    case 403:
      return { kind: "wrong", triesLeft: said.number("triesLeft") ?? 0 };
    case 410:
      return { kind: "closed" };
    case 429:
      return { kind: "slow", seconds: Number(response.headers.get("Retry-After")) || 1 };
    default:
      return { kind: "failed", sentence: said.text("error") };
  }
}
