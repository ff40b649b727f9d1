import { bytesOf } from "./values";

const LONGEST_BYTES = 512;

export type KeyProblem = "empty" | "long" | "characters" | "dollar";

/** What is wrong with the name of a key; undefined for nothing. */
export function keyProblem(name: string): KeyProblem | undefined {
  if (name === "") return "empty";
  if (name.startsWith("$")) return "dollar";
  if (/[+#\u0000]/.test(name)) return "characters";
  return bytesOf(name).length > LONGEST_BYTES ? "long" : undefined;
}
