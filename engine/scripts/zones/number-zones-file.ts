// Makes the text of the zone table. Pure, so that a test can hold the written file against its sources.
// Fails where a prefix names a clock that its country does not have: then a correction is missing.
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { ADDED_COUNTRIES, CORRECTED_PREFIXES, DROPPED_ZONES, MAIN_ZONES } from './corrections.ts';
import { US_STATES } from './us-states.ts';

/** Where the table stands, from the folder of the engine. */
export const NUMBER_ZONES = 'src/calls/hours/tables/number-zones.gen.ts';

export interface ZoneSources {
  prefixes: string;
  areaCodes: string;
  countries: string;
}

export function numberZonesFile(sources: ZoneSources): string {
  const clocks = readClocks(sources.countries);
  const rows = (title: string, entries: Iterable<readonly [string, readonly string[]]>): string =>
    `export const ${title}: Readonly<Record<string, readonly string[]>> = {\n${[...entries]
      .map(([key, values]) => `  '${key}': [${values.map((value) => `'${value}'`).join(', ')}],`)
      .join('\n')}\n};\n`;

  return `${HEADER}
/** ISO 3166 country to its zones, one for each clock, that of most people first. */
${rows(
  'COUNTRY_ZONES',
  [...clocks].map(([country, zones]) => [country, mainFirst([...zones.values()])] as const),
)}
/** Prefix of numbers of countries with several clocks, without +, to the zones that they can be in. */
${rows('PREFIX_ZONES', prefixRows(sources.prefixes, clocks))}
/** Area code to US state. */
${rows('AREA_STATES', areaStates(sources.areaCodes))}`;
}

const HEADER = `// Written by engine/scripts/generate.ts from engine/scripts/zones; do not edit.
// Made from resources/timezones/map_data.txt and resources/geocoding/en/1.txt of libphonenumber, with corrections.
// Copyright (C) The Libphonenumber Authors, Apache License 2.0: https://github.com/google/libphonenumber/blob/master/LICENSE
`;

/** Of each country: every zone to the zone that stands for its clock. */
type Clocks = Map<string, Map<string, string>>;

function readClocks(text: string): Clocks {
  return new Map(
    [...rowsOf(text), ...Object.entries(ADDED_COUNTRIES)].sort().map(([country, groups]) => {
      const zones = new Map<string, string>();
      for (const group of groups.split(',')) {
        const same = mainFirst(group.split('='));
        const [first = ''] = same;
        if (DROPPED_ZONES[country]?.includes(first)) continue;
        for (const zone of same) zones.set(zone, first);
      }
      return [country, zones];
    }),
  );
}

function mainFirst(zones: readonly string[]): string[] {
  const rank = (zone: string): number => MAIN_ZONES.indexOf(zone) + 1 || MAIN_ZONES.length + 1;
  return [...new Set(zones)].sort((a, b) => rank(a) - rank(b));
}

function prefixRows(text: string, clocks: Clocks): [string, string[]][] {
  const named = new Map(rowsOf(text).map(([prefix, zones]) => [prefix, zones.split('&')] as const));
  const rows: [string, string[]][] = [];
  for (const [prefix, zones] of corrected(joinedAreaCodes(named))) {
    const country = countryOf(prefix);
    const known = country === undefined ? undefined : clocks.get(country);
    if (!known || new Set(known.values()).size < 2) continue;
    rows.push([prefix, mainFirst(zones.map((zone) => clockIn(known, zone, prefix)))]);
  }
  return rows
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .filter(([prefix, zones]) => String(longestBefore(prefix, rows)) !== String(zones));
}

function clockIn(known: ReadonlyMap<string, string>, zone: string, prefix: string): string {
  const clock = known.get(zone);
  if (clock === undefined) throw new Error(`+${prefix}: ${zone} is no zone of its country`);
  return clock;
}

// Numbers of +1 are kept when people move inside an area code, and new exchanges are missing in the source.
function joinedAreaCodes(named: ReadonlyMap<string, readonly string[]>): Map<string, string[]> {
  const joined = new Map<string, string[]>();
  for (const [prefix, zones] of named) {
    const key = prefix.startsWith('1') ? prefix.slice(0, 4) : prefix;
    // A calling code alone says no more than the country does.
    if (key !== '1' && !(key in CALLING_CODES))
      joined.set(key, [...new Set([...(joined.get(key) ?? []), ...zones])]);
  }
  return joined;
}

function corrected(rows: Map<string, string[]>): Map<string, readonly string[]> {
  const prefixes = Object.keys(CORRECTED_PREFIXES);
  return new Map<string, readonly string[]>([
    ...[...rows].filter(([row]) => !prefixes.some((prefix) => row.startsWith(prefix))),
    ...Object.entries(CORRECTED_PREFIXES),
  ]);
}

const longestBefore = (prefix: string, rows: readonly [string, string[]][]): string[] | undefined =>
  rows
    .filter(([other]) => other !== prefix && prefix.startsWith(other))
    .sort(([a], [b]) => b.length - a.length)[0]?.[1];

const CALLING_CODES: Record<string, string> = {
  '7': 'RU',
  '34': 'ES',
  '52': 'MX',
  '55': 'BR',
  '56': 'CL',
  '61': 'AU',
  '62': 'ID',
  '64': 'NZ',
  '243': 'CD',
  '299': 'GL',
  '351': 'PT',
  '593': 'EC',
  '675': 'PG',
  '686': 'KI',
  '689': 'PF',
  '691': 'FM',
  '976': 'MN',
};
// Country codes that share a calling code: numbers of these countries never look here.
const ELSEWHERE = /^7([67]|80|840)/;

function countryOf(prefix: string): string | undefined {
  if (prefix.startsWith('1')) return parsePhoneNumberFromString(`+${prefix}5550123`)?.country;
  if (ELSEWHERE.test(prefix)) return undefined;
  const code = Object.keys(CALLING_CODES).find((known) => prefix.startsWith(known));
  return code && CALLING_CODES[code];
}

function areaStates(text: string): [string, string[]][] {
  return rowsOf(text).flatMap(([code, place]): [string, string[]][] => {
    const name = place.split(', ').at(-1) ?? '';
    const state = US_STATES[name] ?? (Object.values(US_STATES).includes(name) ? name : undefined);
    return state === undefined ? [] : [[code, [state]]];
  });
}

const rowsOf = (text: string): [string, string][] =>
  text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [key = '', value = ''] = line.split('|');
      return [key, value];
    });
