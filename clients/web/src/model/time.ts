/**
 * How far the unit's clock is ahead of this device's. What the unit says of its time is late by as much as it was under way or
 * kept, so the greatest difference is the best.
 */
export class UnitClock {
  private ahead = -Infinity;

  /** The unit's time came at this device's time. */
  heard(unitMillis: number, now: number): void {
    this.ahead = Math.max(this.ahead, unitMillis - now);
  }

  /** What was heard on an earlier connection no longer counts. */
  forget(): void {
    this.ahead = -Infinity;
  }

  /** A time of the unit's by this device's clock. */
  here(unitMillis: number): number {
    return this.ahead === -Infinity ? unitMillis : unitMillis - this.ahead;
  }
}

export type Unit = "second" | "minute" | "hour" | "day";

/** How long ago, in the largest unit that fits; nothing is in the future. */
export function ago(then: number, now: number): { readonly count: number; readonly unit: Unit } {
  const seconds = Math.max(0, Math.floor((now - then) / 1000));
  if (seconds < 60) return { count: seconds, unit: "second" };
  if (seconds < 3600) return { count: Math.floor(seconds / 60), unit: "minute" };
  if (seconds < 86_400) return { count: Math.floor(seconds / 3600), unit: "hour" };
  return { count: Math.floor(seconds / 86_400), unit: "day" };
}
