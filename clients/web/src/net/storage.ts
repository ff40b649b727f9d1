import type { Saved } from "../model/shelf";
import type { Keyring, PairedKey } from "./signIn";

const KEYS = "keys";
const STATE = "state";

function asPromise<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("IndexedDB failed"));
  });
}

/** What this browser keeps for the page: this device's key, and the last known state. */
export class Storage implements Keyring {
  private opened: Promise<IDBDatabase> | undefined;

  constructor(private readonly factory: IDBFactory) {}

  async load(network: string): Promise<PairedKey | undefined> {
    const store = await this.store(KEYS, "readonly");
    return asPromise(store.get(network) as IDBRequest<PairedKey | undefined>);
  }

  async save(key: PairedKey): Promise<void> {
    await asPromise((await this.store(KEYS, "readwrite")).put(key, key.network));
  }

  async loadState(): Promise<Saved | undefined> {
    const store = await this.store(STATE, "readonly");
    return asPromise(store.get("last") as IDBRequest<Saved | undefined>);
  }

  async saveState(saved: Saved): Promise<void> {
    await asPromise((await this.store(STATE, "readwrite")).put(saved, "last"));
  }

  async forgetState(): Promise<void> {
    await asPromise((await this.store(STATE, "readwrite")).clear());
  }

  private async store(name: string, mode: IDBTransactionMode): Promise<IDBObjectStore> {
    this.opened ??= this.openDatabase();
    return (await this.opened).transaction(name, mode).objectStore(name);
  }

  private openDatabase(): Promise<IDBDatabase> {
    const request = this.factory.open("bookshelf", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(KEYS);
      request.result.createObjectStore(STATE);
    };
    return asPromise(request);
  }
}
