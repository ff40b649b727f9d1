import type { Shelf } from "./shelf";

/** What the catalogue says of keys of one pattern. */
export interface Described {
  /** A key, with levels in braces for what varies. */
  readonly pattern: string;
  readonly says: string;
  readonly type: string;
  readonly owner: string;
  readonly scope: string;
  readonly sensitivity: string;
  readonly example: string;
}

const PREFIX = "$bookshelf/catalogue/";
/** Nobody may have described a key; its last level often gives it away. */
const SECRET_NAMES = /^(?:password|passwd|passphrase|psk|secret|token)$/i;

interface Pattern {
  readonly levels: readonly string[];
  readonly open: boolean;
  readonly described: Described;
}

/** Which keys there may be, and what they mean. */
export class Catalogue {
  private constructor(private readonly patterns: readonly Pattern[]) {}

  static of(shelf: Shelf): Catalogue {
    const patterns: Pattern[] = [];
    for (const topic of shelf.documents.keys()) {
      if (!topic.startsWith(PREFIX)) continue;
      const described = read(shelf.document(topic));
      if (described !== undefined) patterns.push(compiled(described));
    }
    // The more levels are given, the closer it describes.
    patterns.sort((a, b) => given(b) - given(a) || Number(a.open) - Number(b.open));
    return new Catalogue(patterns);
  }

  describe(key: string): Described | undefined {
    const levels = key.split("/");
    return this.patterns.find((pattern) => matches(pattern, levels))?.described;
  }

  secret(key: string): boolean {
    const described = this.describe(key);
    if (described !== undefined) return described.sensitivity === "secret";
    return SECRET_NAMES.test(key.slice(key.lastIndexOf("/") + 1));
  }
}

function read(document: unknown): Described | undefined {
  if (typeof document !== "object" || document === null) return undefined;
  const fields = document as Record<string, unknown>;
  const text = (name: string): string => (typeof fields[name] === "string" ? fields[name] : "");
  if (text("pattern") === "") return undefined;
  return {
    pattern: text("pattern"),
    says: text("says"),
    type: text("type"),
    owner: text("owner"),
    scope: text("scope"),
    sensitivity: text("sensitivity"),
    example: text("example"),
  };
}

function compiled(described: Described): Pattern {
  const levels = described.pattern.split("/");
  const open = /^\{[^{}]*\.\.\.\}$/.test(levels.at(-1)!);
  return { levels: open ? levels.slice(0, -1) : levels, open, described };
}

const varies = (level: string): boolean => level.startsWith("{") && level.endsWith("}");

const given = (pattern: Pattern): number => pattern.levels.filter((level) => !varies(level)).length;

function matches({ levels, open }: Pattern, key: readonly string[]): boolean {
  if (open ? key.length <= levels.length : key.length !== levels.length) return false;
  return levels.every((level, index) => varies(level) || level === key[index]);
}
