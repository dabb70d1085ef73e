// How limits and prices are written in the settings, and what they become.
import { z } from 'zod';
import { type Micros, readMicros } from './money.ts';

export interface SpendingSettings {
  currency: string;
  /** Null sets no limit. */
  limits: Record<'call' | 'key_day' | 'day' | 'month', Micros | null>;
  /** Price of a minute by ISO country, `*` for all others; wins over the carrier's. */
  callPrices: Record<string, Micros>;
  /** Speech and text models together; null takes the vendor's prices. */
  modelPricePerMinute: Micros | null;
}

/** An amount such as `25` or `0.05`; nothing written is null. */
export const amount = z
  .string()
  .trim()
  .optional()
  .transform((text) => (text ? (readMicros(text) ?? Number.NaN) : null))
  .refine((micros) => !Number.isNaN(micros), 'Write an amount such as 25 or 0.05.');

/** Prices of a minute such as `PT=0.03,*=0.05`, by country. */
export const callPrices = z
  .string()
  .optional()
  .transform((text = '') => text.toUpperCase().split(','))
  .transform((parts) => parts.map((part) => part.trim()).filter((part) => part !== ''))
  .transform((parts) => parts.map((part) => part.split(/\s*=\s*/)))
  .refine(
    (pairs) => pairs.every(isPrice),
    'Write country=price of a minute, such as PT=0.03,ES=0.02,*=0.05.',
  )
  .transform((pairs) =>
    Object.fromEntries(pairs.map(([place = '', price = '']) => [place, readMicros(price) ?? 0])),
  );

const isPrice = ([place = '', price = '', ...more]: string[]): boolean =>
  /^([A-Z]{2}|\*)$/.test(place) && readMicros(price) !== undefined && more.length === 0;

export const spendingOf = (settings: {
  SPEND_CURRENCY: string;
  SPEND_LIMIT_CALL: Micros | null;
  SPEND_LIMIT_KEY_DAY: Micros | null;
  SPEND_LIMIT_DAY: Micros | null;
  SPEND_LIMIT_MONTH: Micros | null;
  CALL_PRICES: Record<string, Micros>;
  MODEL_PRICE_PER_MINUTE: Micros | null;
}): SpendingSettings => ({
  currency: settings.SPEND_CURRENCY,
  limits: {
    call: settings.SPEND_LIMIT_CALL,
    key_day: settings.SPEND_LIMIT_KEY_DAY,
    day: settings.SPEND_LIMIT_DAY,
    month: settings.SPEND_LIMIT_MONTH,
  },
  callPrices: settings.CALL_PRICES,
  modelPricePerMinute: settings.MODEL_PRICE_PER_MINUTE,
});
