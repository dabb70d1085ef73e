import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { numberZonesFile } from '../../../engine/scripts/zones/number-zones-file.ts';
import {
  AREA_STATES,
  COUNTRY_ZONES,
  PREFIX_ZONES,
} from '../../../engine/src/calls/hours/tables/number-zones.gen.ts';
import { isZone } from '../../../engine/src/calls/hours/zoned-time.ts';
import { statesOf, zonesOf, zonesOfCountry } from '../../../engine/src/calls/hours/zones-of.ts';

const { PhoneNumberUtil, PhoneNumberType } = createRequire(import.meta.url)(
  'google-libphonenumber',
) as {
  PhoneNumberUtil: {
    getInstance(): {
      getSupportedRegions(): string[];
      getExampleNumberForType(region: string, type: number): NationalNumber | undefined;
      parse(text: string): NationalNumber;
      isValidNumber(number: NationalNumber): boolean;
      getRegionCodeForNumber(number: NationalNumber): string;
      getNumberType(number: NationalNumber): number;
    };
  };
  PhoneNumberType: { MOBILE: number; FIXED_LINE_OR_MOBILE: number };
};
interface NationalNumber {
  getCountryCode(): number;
  getNationalNumber(): number;
}
const reference = PhoneNumberUtil.getInstance();

const ROOT = new URL('../../../engine/', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');

it('the zone table is what its kept sources and corrections say', () => {
  const text = numberZonesFile({
    prefixes: read('scripts/zones/prefixes.txt'),
    areaCodes: read('scripts/zones/area-codes.txt'),
    countries: read('scripts/zones/countries.txt'),
  });
  expect(read('src/calls/hours/tables/number-zones.gen.ts') === text).toBe(true);
});

it('every zone of the table is one that this Node knows', () => {
  const zones = new Set(
    [COUNTRY_ZONES, PREFIX_ZONES].flatMap((rows) => Object.values(rows).flat()),
  );
  expect([...zones].filter((zone) => !isZone(zone))).toEqual([]);
});

// Numbers of one zone.
it.each([
  ['+351213456789', 'Europe/Lisbon'],
  ['+351295123456', 'Atlantic/Azores'],
  ['+34911234567', 'Europe/Madrid'],
  ['+34928123456', 'Atlantic/Canary'],
  ['+37120000000', 'Europe/Riga'],
  ['+4915112345678', 'Europe/Berlin'],
  ['+442079460018', 'Europe/London'],
  ['+8613800138000', 'Asia/Shanghai'],
  ['+5511987654321', 'America/Sao_Paulo'],
  ['+5592987654321', 'America/Manaus'],
  ['+5591987654321', 'America/Sao_Paulo'],
  ['+5568987654321', 'America/Rio_Branco'],
  ['+61733333333', 'Australia/Brisbane'],
  ['+61891641234', 'Indian/Christmas'],
  ['+12025550143', 'America/New_York'],
  ['+19835550123', 'America/Denver'],
  ['+18085550143', 'Pacific/Honolulu'],
  ['+16025550143', 'America/Phoenix'],
  ['+13065550143', 'America/Regina'],
  ['+18765551234', 'America/Jamaica'],
  ['+77011234567', 'Asia/Almaty'],
])('%s can only be in %s', (number, zone) => {
  expect(zonesOf(number)).toEqual([zone]);
});

// Numbers that can be in several: the first is that of most people.
it.each([
  ['+351912345678', ['Europe/Lisbon', 'Atlantic/Azores']],
  ['+34612345678', ['Europe/Madrid', 'Atlantic/Canary']],
  ['+5581987654321', ['America/Sao_Paulo', 'America/Noronha']],
  ['+12195550143', ['America/New_York', 'America/Chicago']],
  ['+18505550143', ['America/New_York', 'America/Chicago']],
  ['+14485550143', ['America/New_York', 'America/Chicago']],
  ['+17095550143', ['America/St_Johns', 'America/Halifax']],
])('%s can be in %s', (number, zones) => {
  expect(zonesOf(number)).toEqual(zones);
});

it('a mobile of Australia can be anywhere in Australia, not only in Sydney', () => {
  expect(zonesOf('+61412345678')).toEqual(zonesOfCountry('AU'));
  expect(zonesOf('+61412345678')).toEqual(
    expect.arrayContaining([
      'Australia/Sydney',
      'Australia/Brisbane',
      'Australia/Darwin',
      'Australia/Perth',
    ]),
  );
});

it('a number without a place in a country of several clocks can be in all of them', () => {
  for (const [number, country] of [
    ['+18005550143', 'US'],
    ['+79161234567', 'RU'],
    ['+6281234567890', 'ID'],
  ] as const)
    expect(zonesOf(number)).toEqual(zonesOfCountry(country));
  expect(zonesOfCountry('US')).toEqual(
    expect.arrayContaining([
      'America/New_York',
      'America/Chicago',
      'Pacific/Honolulu',
      'America/Adak',
    ]),
  );
});

it('a number of no country has no zone', () => {
  for (const number of ['+870773111632', '+979123456789', '+1', '+999123', 'hello'])
    expect(zonesOf(number)).toEqual([]);
  expect(zonesOfCountry(undefined)).toEqual([]);
  expect(zonesOfCountry('XX')).toEqual([]);
});

it('every country that has numbers has a zone, and its example number can be there', () => {
  const countries = reference.getSupportedRegions();
  expect(countries.length).toBeGreaterThan(200);
  expect(countries.filter((country) => zonesOfCountry(country).length === 0)).toEqual([]);
  for (const country of countries) {
    const number = reference.getExampleNumberForType(country, PhoneNumberType.MOBILE);
    if (!number) continue;
    const zones = zonesOf(`+${number.getCountryCode()}${number.getNationalNumber()}`);
    expect([country, zones.length > 0]).toEqual([country, true]);
    expect(zonesOfCountry(reference.getRegionCodeForNumber(number))).toEqual(
      expect.arrayContaining([...zones]),
    );
  }
});

it('every area code of the US has a state, and a row of its own in the table', () => {
  const bare: string[] = [];
  let codes = 0;
  for (let area = 200; area < 1000; area++) {
    const number = reference.parse(`+1${area}5550143`);
    if (!reference.isValidNumber(number)) continue;
    if (reference.getRegionCodeForNumber(number) !== 'US') continue;
    if (reference.getNumberType(number) !== PhoneNumberType.FIXED_LINE_OR_MOBILE) continue;
    codes += 1;
    if (!AREA_STATES[String(area)] || !PREFIX_ZONES[`1${area}`]) bare.push(String(area));
  }
  expect(codes).toBeGreaterThan(300);
  expect(bare).toEqual([]);
});

it('the state of a US number comes from its area code; where it has none, every state counts', () => {
  expect(statesOf('+12025550143')).toEqual(['DC']);
  expect(statesOf('+13055550143')).toEqual(['FL']);
  expect(statesOf('+12125550143')).toEqual(['NY']);
  expect(statesOf('+18005550143')).toHaveLength(51);
  expect(statesOf('+14165550143')).toEqual([]);
  expect(statesOf('+351912345678')).toEqual([]);
});
