export type Format = "text" | "json" | "hex";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The bytes as text, undefined if they are none. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

export const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

/** True for text that a person can read: no control characters but line ends and tabs. */
// eslint-disable-next-line no-control-regex
const readable = (text: string): boolean => !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.test(text);

/** The bytes as indented JSON, undefined if they are none. Numbers keep every digit: the text is laid out, not read and written. */
export function jsonOf(bytes: Uint8Array): string | undefined {
  const text = textOf(bytes);
  if (text === undefined) return undefined;
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  return indented(text);
}

function indented(json: string): string {
  let out = "";
  let depth = 0;
  const line = (): string => "\n" + "  ".repeat(depth);
  for (const token of json.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/gs) ?? []) {
    if (token === "}" || token === "]") {
      depth--;
      out += /[{[]$/.test(out) ? token : line() + token;
    } else {
      if (/[{[]$/.test(out)) out += line();
      out += token === ":" ? ": " : token;
      if (token === "{" || token === "[") depth++;
      if (token === ",") out += line();
    }
  }
  return out;
}

/** In which format a value is shown at first. */
export function bestFormat(bytes: Uint8Array): Format {
  const text = textOf(bytes);
  if (text === undefined || !readable(text)) return "hex";
  return /^\s*[{[]/.test(text) && jsonOf(bytes) !== undefined ? "json" : "text";
}

/** Sixteen bytes a line: where, as hexadecimal digits, and as characters where they are ASCII. */
export function hexDump(bytes: Uint8Array, most = bytes.length): string {
  const lines: string[] = [];
  for (let at = 0; at < Math.min(most, bytes.length); at += 16) {
    const row = [...bytes.subarray(at, Math.min(at + 16, most))];
    const hex = row.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const ascii = row.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "·")).join("");
    lines.push(`${at.toString(16).padStart(5, "0")}  ${hex.padEnd(47)}  ${ascii}`);
  }
  return lines.join("\n");
}

/** The digits alone, for editing. */
export function hexOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(" ").replace(/((?:.. ){15}..) /g, "$1\n");
}

/** What was typed as bytes; undefined if it is not what the format asks for. */
export function parse(text: string, format: Format): Uint8Array | undefined {
  if (format === "hex") {
    const digits = text.replace(/\s+/g, "");
    if (!/^(?:[0-9a-fA-F]{2})*$/.test(digits)) return undefined;
    return Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  }
  if (format === "json") {
    try {
      JSON.parse(text);
    } catch {
      return undefined;
    }
  }
  return bytesOf(text);
}

/** A line that says what a value is; undefined for bytes that are no text. */
export function preview(bytes: Uint8Array, most = 120): string | undefined {
  const start = bytes.length > most * 4 ? bytes.subarray(0, most * 4) : bytes;
  const text = new TextDecoder().decode(start);
  if (!readable(text) || text.slice(0, most).includes("\ufffd")) return undefined;
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > most || start !== bytes ? line.slice(0, most) + "…" : line;
}

export const same = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i]);

export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}

export function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}
