import { createRequire } from 'node:module';
import {
  destinationRefusal,
  isTestNumber,
  readDestination,
} from '../../engine/src/calls/destination.ts';
import type { Mode } from '../../engine/src/contract/vocabulary.ts';

const { PhoneNumberUtil, PhoneNumberType } = createRequire(import.meta.url)(
  'google-libphonenumber',
) as {
  PhoneNumberUtil: {
    getInstance(): {
      parse(text: string): object;
      isValidNumber(number: object): boolean;
      getRegionCodeForNumber(number: object): string;
      getNumberType(number: object): number;
    };
  };
  PhoneNumberType: Record<string, number>;
};
const reference = PhoneNumberUtil.getInstance();

const destination = (text: string, country: string | null = null) => {
  const read = readDestination(text, country);
  if (!read.ok) throw new Error(`${text}: ${read.failure.code}`);
  return read.value;
};
const refusalOf = (text: string, mode: Mode, allowed_countries: string[] = []) =>
  destinationRefusal(destination(text), { allowed_countries, mode, own_numbers: ['+12015550123'] })
    ?.code;

// One line a number: country, class, and whether it may be called.
const NUMBERS = [
  ['+351912345678', 'PT', 'MOBILE', true],
  ['+351213456789', 'PT', 'FIXED_LINE', true],
  ['+351800123456', 'PT', 'TOLL_FREE', false],
  ['+351760123456', 'PT', 'PREMIUM_RATE', false],
  ['+5511987654321', 'BR', 'MOBILE', true],
  ['+551132345678', 'BR', 'FIXED_LINE', true],
  ['+55800123456', 'BR', 'TOLL_FREE', false],
  ['+12025550143', 'US', 'FIXED_LINE_OR_MOBILE', true],
  ['+18005550143', 'US', 'TOLL_FREE', false],
  ['+19005551234', 'US', 'PREMIUM_RATE', false],
  ['+14165550143', 'CA', 'FIXED_LINE_OR_MOBILE', true],
  ['+18095551234', 'DO', 'FIXED_LINE_OR_MOBILE', true],
  ['+18765551234', 'JM', 'MOBILE', true],
  ['+447400123456', 'GB', 'MOBILE', true],
  ['+442079460018', 'GB', 'FIXED_LINE', true],
  ['+448001111111', 'GB', 'TOLL_FREE', false],
  ['+449098790000', 'GB', 'PREMIUM_RATE', false],
  ['+447012345678', 'GB', 'PERSONAL_NUMBER', false],
  ['+447640123456', 'GB', 'PAGER', false],
  ['+445512345678', 'GB', 'UAN', false],
  ['+4915123456789', 'DE', 'MOBILE', true],
  ['+4930123456', 'DE', 'FIXED_LINE', true],
  ['+491801234567', 'DE', 'SHARED_COST', false],
  ['+4970012345678', 'DE', 'PERSONAL_NUMBER', false],
  ['+33612345678', 'FR', 'MOBILE', true],
  ['+33123456789', 'FR', 'FIXED_LINE', true],
  ['+33912345678', 'FR', 'VOIP', true],
  ['+33892123456', 'FR', 'PREMIUM_RATE', false],
  ['+34612345678', 'ES', 'MOBILE', true],
  ['+34912345678', 'ES', 'FIXED_LINE', true],
  ['+34902123456', 'ES', 'SHARED_COST', false],
  ['+393123456789', 'IT', 'MOBILE', true],
  ['+390612345678', 'IT', 'FIXED_LINE', true],
  ['+31612345678', 'NL', 'MOBILE', true],
  ['+41781234567', 'CH', 'MOBILE', true],
  ['+61412345678', 'AU', 'MOBILE', true],
  ['+919876543210', 'IN', 'MOBILE', true],
  ['+819012345678', 'JP', 'MOBILE', true],
  ['+27821234567', 'ZA', 'MOBILE', true],
  ['+5215512345678', 'MX', 'invalid', false],
  ['+525512345678', 'MX', 'FIXED_LINE_OR_MOBILE', true],
  ['+808123456789', 'none', 'invalid', false],
] as const;

describe('country and class of a number', () => {
  it('the table has 40 numbers or more', () => {
    expect(new Set(NUMBERS.map(([number]) => number)).size).toBeGreaterThanOrEqual(40);
  });

  it.each(NUMBERS)(
    '%s is %s %s, in the reference library too; called: %s',
    (number, country, kind, called) => {
      const known = reference.parse(number);
      const read = readDestination(number, null);
      expect(reference.isValidNumber(known)).toBe(kind !== 'invalid');
      expect(read.ok).toBe(kind !== 'invalid');
      if (!read.ok) return;
      expect(read.value).toEqual({ phone_number: number, country, kind });
      expect(reference.getRegionCodeForNumber(known)).toBe(country);
      expect(reference.getNumberType(known)).toBe(PhoneNumberType[kind]);
      expect(refusalOf(number, 'test')).toBe(called ? undefined : 'number_class_blocked');
    },
  );
});

describe('a live call', () => {
  it('B14 with no country allowed calls nobody, and the refusal names the setting', () => {
    const refusal = destinationRefusal(destination('+351912345678'), {
      allowed_countries: [],
      mode: 'live',
      own_numbers: [],
    });
    expect(refusal?.code).toBe('country_not_allowed');
    expect(refusal?.detail).toContain('ALLOWED_COUNTRIES');
  });

  it('B14 the United States are not allowed by themselves, as they are for test calls', () => {
    expect(refusalOf('+12125551234', 'live', ['PT'])).toBe('country_not_allowed');
    expect(refusalOf('+12125551234', 'test', ['PT'])).toBeUndefined();
    expect(refusalOf('+12125551234', 'live', ['US'])).toBeUndefined();
  });

  it('B16 never goes to a number that is set aside for fiction, in whatever area', () => {
    for (const number of ['+12025550100', '+14165550199', '+19075550142'])
      expect(refusalOf(number, 'live', ['US', 'CA'])).toBe('test_number_only');
    expect(refusalOf('+12025550200', 'live', ['US'])).toBeUndefined();
    expect(isTestNumber('+12025550099')).toBe(false);
    expect(isTestNumber('+120255501000')).toBe(false);
  });

  it('B15 never goes to a number of our own, whatever else holds', () => {
    expect(refusalOf('+12015550123', 'live', ['US'])).toBe('loop_blocked');
    expect(refusalOf('+12015550123', 'test')).toBe('loop_blocked');
  });
});

describe('how a number may be written', () => {
  it.each([
    ['+351 912 345 678', null],
    ['+351-912-345-678', null],
    ['912 345 678', 'PT'],
    ['912.345.678', 'pt'],
    ['+351\u00a0912345678', 'US'],
  ])('%j with country %j', (text, country) => {
    const read = readDestination(text, country);
    expect(read).toMatchObject({ ok: true, value: { phone_number: '+351912345678' } });
  });

  it.each([
    '',
    ' ',
    '+',
    '(351) 912 345 678',
    '++351912345678',
    '00351912345678',
    '+0912345678',
    '912345678',
    'Ana',
    '+351 912 345 678 or 9',
    `+${'1'.repeat(39)}`,
  ])('%j is no number: never a part of it is taken', (text) => {
    const read = readDestination(text, null);
    expect(read.ok).toBe(false);
    expect(read.ok ? '' : read.failure.errors?.[0]?.pointer).toBe('/phone_number');
  });

  it('a country that does not exist is told as a bad number, never thrown', () => {
    expect(readDestination('912345678', 'ZZ')).toMatchObject({
      ok: false,
      failure: { code: 'invalid_phone_number' },
    });
  });
});
