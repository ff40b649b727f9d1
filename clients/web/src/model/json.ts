/** Reads fields of JSON that somebody else wrote: what is of another type than expected counts as absent. */
export class Fields {
  private constructor(private readonly fields: Readonly<Record<string, unknown>>) {}

  static of(json: unknown): Fields {
    const isObject = typeof json === "object" && json !== null && !Array.isArray(json);
    return new Fields(isObject ? (json as Record<string, unknown>) : {});
  }

  static parse(text: string): Fields {
    try {
      return Fields.of(JSON.parse(text));
    } catch {
      return Fields.of(undefined);
    }
  }

  text(name: string): string {
    const value = this.fields[name];
    return typeof value === "string" ? value : "";
  }

  number(name: string): number | undefined {
    const value = this.fields[name];
    return typeof value === "number" ? value : undefined;
  }

  flag(name: string): boolean {
    return this.fields[name] === true;
  }

  has(name: string): boolean {
    return this.fields[name] !== undefined;
  }

  list(name: string): readonly unknown[] {
    const value = this.fields[name];
    return Array.isArray(value) ? value : [];
  }

  inner(name: string): Fields {
    return Fields.of(this.fields[name]);
  }

  /** A time in milliseconds since the epoch, NaN for none. */
  time(name: string): number {
    return Date.parse(this.text(name));
  }
}
