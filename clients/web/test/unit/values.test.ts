import { describe, expect, test } from "vitest";
import { bestFormat, bytesOf, fromBase64, hexDump, hexOf, jsonOf, parse, preview, textOf, toBase64 } from "../../src/model/values";

const BYTES = Uint8Array.from({ length: 20 }, (_, i) => i * 13);

describe("a value", () => {
  test("is shown as what it is", () => {
    expect(bestFormat(bytesOf("on"))).toBe("text");
    expect(bestFormat(bytesOf("42"))).toBe("text");
    expect(bestFormat(bytesOf('{"a":1}'))).toBe("json");
    expect(bestFormat(bytesOf("{not json"))).toBe("text");
    expect(bestFormat(Uint8Array.of(0xff, 0xfe))).toBe("hex");
    expect(bestFormat(Uint8Array.of(0, 1, 2))).toBe("hex");
  });

  test("as JSON is laid out, with every digit and character as it was written", () => {
    expect(jsonOf(bytesOf('{"id":12345678901234567890,"e":[],"s":"a: {b, \\"c\\"}","l":[1.0,{"x":null}]}'))).toBe(
      '{\n  "id": 12345678901234567890,\n  "e": [],\n  "s": "a: {b, \\"c\\"}",\n  "l": [\n    1.0,\n    {\n      "x": null\n    }\n  ]\n}',
    );
    expect(jsonOf(bytesOf("nope"))).toBeUndefined();
  });

  test("as hexadecimal digits says where, what, and what it would be as text", () => {
    expect(hexDump(Uint8Array.of(0x41, 0x00, 0x7e))).toBe("00000  41 00 7e" + " ".repeat(39) + "  A·~");
    expect(hexDump(BYTES).split("\n")).toHaveLength(2);
    expect(hexDump(BYTES, 16).split("\n")).toHaveLength(1);
  });

  test("goes through the editor unchanged", () => {
    expect(parse(hexOf(BYTES), "hex")).toEqual(BYTES);
    expect(hexOf(BYTES).split("\n")).toHaveLength(2);
    expect(parse("0a f", "hex")).toBeUndefined();
    expect(parse("zz", "hex")).toBeUndefined();
    expect(parse("{", "json")).toBeUndefined();
    expect(textOf(parse("grüß dich", "text")!)).toBe("grüß dich");
  });

  test("has a line that says what it is", () => {
    expect(preview(bytesOf("  a\n b "))).toBe("a b");
    expect(preview(bytesOf("x".repeat(200)), 10)).toBe("xxxxxxxxxx…");
    expect(preview(bytesOf("ü".repeat(100_000)), 10)).toBe("üüüüüüüüüü…");
    expect(preview(Uint8Array.of(0xff, 0x00))).toBeUndefined();
  });

  test("goes through base64 unchanged", () => {
    expect(fromBase64(toBase64(BYTES))).toEqual(BYTES);
  });
});
