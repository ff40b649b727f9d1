/**
 * Keys in order, for many changes between two looks: a change costs nothing but a note, a look merges what was noted. A key is
 * added only while it is absent, and removed only while it is there.
 */
export class SortedKeys {
  private all: string[] = [];
  private readonly added = new Set<string>();
  private readonly removed = new Set<string>();

  add(key: string): void {
    if (!this.removed.delete(key)) this.added.add(key);
  }

  remove(key: string): void {
    if (!this.added.delete(key)) this.removed.add(key);
  }

  list(): readonly string[] {
    if (this.added.size > 0 || this.removed.size > 0) {
      this.all = merged(this.all, [...this.added].sort(), this.removed);
      this.added.clear();
      this.removed.clear();
    }
    return this.all;
  }
}

function merged(old: readonly string[], added: readonly string[], removed: ReadonlySet<string>): string[] {
  const all: string[] = [];
  let next = 0;
  for (const key of old) {
    while (next < added.length && added[next]! < key) all.push(added[next++]!);
    if (!removed.has(key)) all.push(key);
  }
  while (next < added.length) all.push(added[next++]!);
  return all;
}

/** The first index from which on no key is less than this one. */
export function lowerBound(keys: readonly string[], key: string, from = 0, to = keys.length): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keys[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
