// Money as whole millionths of a unit of one currency: sums are exact, and no price of a minute is finer than that.

/** Whole millionths: 1_500_000 is 1.50. Up to 9 billion units are exact. */
export type Micros = number;

export const MICROS_PER_UNIT = 1_000_000;

const DECIMAL = /^(\d{1,9})(?:\.(\d{1,18}))?$/;

/** Returns the amount that a decimal such as `0.0135` says, rounded up to a whole millionth; undefined when it is none. */
export function readMicros(text: string): Micros | undefined {
  const [, units, fraction = ''] = DECIMAL.exec(text) ?? [];
  if (units === undefined) return undefined;
  const whole = Number(units) * MICROS_PER_UNIT + Number(fraction.slice(0, 6).padEnd(6, '0'));
  return /[1-9]/.test(fraction.slice(6)) ? whole + 1 : whole;
}

/** Returns the amount as a decimal number of units, as the API tells it. */
export const unitsOf = (micros: Micros): number => micros / MICROS_PER_UNIT;

/** Returns the price of some seconds at a price per minute, rounded up to a whole millionth. */
export const priceOfSeconds = (perMinute: Micros, seconds: number): Micros =>
  Math.ceil((perMinute * seconds) / 60);
