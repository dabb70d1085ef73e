// What is known to be wrong or too coarse in libphonenumber's zones, with the reason and where it can be read.

/** The best known zone of a clock, which stands for it, and of a country: earlier ones stand first and are named as the example. */
export const MAIN_ZONES: readonly string[] = [
  'Africa/Kinshasa',
  'America/New_York',
  'America/Chicago',
  'America/Denver',
  'America/Los_Angeles',
  'America/Anchorage',
  'America/Toronto',
  'America/Winnipeg',
  'America/Edmonton',
  'America/Vancouver',
  'America/Whitehorse',
  'America/Guayaquil',
  'America/Mexico_City',
  'America/Santiago',
  'America/Sao_Paulo',
  'Asia/Almaty',
  'Asia/Jakarta',
  'Asia/Ulaanbaatar',
  'Australia/Sydney',
  'Europe/Lisbon',
  'Europe/Madrid',
  'Europe/Moscow',
  'Pacific/Auckland',
  'Pacific/Port_Moresby',
  'Pacific/Tahiti',
  'Pacific/Tarawa',
];

/** Countries that have numbers and no zones in the Unicode data; the zones are those that libphonenumber names for them. */
export const ADDED_COUNTRIES: Record<string, string> = {
  AC: 'Atlantic/St_Helena',
  TA: 'Atlantic/St_Helena',
  XK: 'Europe/Belgrade',
};

/** Zones that no number of the country is called by: for all of +86 and +380 libphonenumber names Shanghai and Kyiv alone. */
export const DROPPED_ZONES: Record<string, readonly string[]> = {
  CN: ['Asia/Urumqi'],
  UA: ['Europe/Simferopol'],
};

const ALL_OF_BRITISH_COLUMBIA = ['America/Vancouver', 'America/Edmonton', 'America/Fort_Nelson'];
const SASKATCHEWAN = ['America/Regina'];
const NEWFOUNDLAND_AND_LABRADOR = ['America/St_Johns', 'America/Halifax'];
const CHIHUAHUA = [614, 621, 625, 627, 628, 629, 635, 636, 639, 648, 649, 652, 659];
const PARA = ['America/Sao_Paulo'];

/**
 * Prefix to zones; each replaces its row and every longer one. What a prefix serves: libphonenumber's geocoding
 * (https://github.com/google/libphonenumber/tree/master/resources/geocoding/en); which zone a place keeps:
 * https://data.iana.org/time-zones/data/zone.tab
 */
export const CORRECTED_PREFIXES: Record<string, readonly string[]> = {
  // Fernando de Noronha shares the area code of Recife, and almost nobody lives there.
  '5581': ['America/Sao_Paulo', 'America/Noronha'],
  // The whole of Pará keeps the time of Brasília; the west of Amazonas that of Acre.
  '5591': PARA,
  '5593': PARA,
  '5594': PARA,
  '5597': ['America/Manaus', 'America/Rio_Branco'],
  // Single exchanges that the source puts at the other end of the country.
  '5555': ['America/Sao_Paulo'],
  '5567': ['America/Manaus'],
  '5569': ['America/Manaus'],
  '5592': ['America/Manaus'],
  '7810': ['Europe/Moscow'],
  '52201': ['America/Mexico_City'],
  // The state of Chihuahua has kept the time of Mexico City since 2022; the source still has the old one:
  // https://mm.icann.org/pipermail/tz/2022-October/057175.html
  ...Object.fromEntries(
    CHIHUAHUA.map((code) => [`52${code}`, ['America/Mexico_City', 'America/Mazatlan']]),
  ),
  // An area code laid over 656, Ciudad Juárez.
  '52657': ['America/Ciudad_Juarez'],
  // Choibalsan keeps the time of Ulaanbaatar.
  '97615': ['Asia/Ulaanbaatar'],
  '97625': ['Asia/Ulaanbaatar'],
  '9761362': ['Asia/Ulaanbaatar'],
  '9762362': ['Asia/Ulaanbaatar'],
  // Magallanes keeps its summer time all year.
  '5661': ['America/Punta_Arenas'],
  // Queensland has no summer time; South Australia and the Northern Territory share 08 with Western Australia.
  '617': ['Australia/Brisbane'],
  '618': ['Australia/Perth', 'Australia/Adelaide', 'Australia/Darwin'],
  // Kaliningrad and Saratov.
  '740': ['Europe/Kaliningrad'],
  '7845': ['Europe/Saratov'],
  // Area codes laid over others, where the source has only the main clock of the state.
  '1364': ['America/New_York', 'America/Chicago'],
  '1448': ['America/New_York', 'America/Chicago'],
  '1930': ['America/New_York', 'America/Chicago'],
  '1458': ['America/Los_Angeles', 'America/Denver'],
  '1250': ALL_OF_BRITISH_COLUMBIA,
  '1236': ALL_OF_BRITISH_COLUMBIA,
  '1257': ALL_OF_BRITISH_COLUMBIA,
  '1672': ALL_OF_BRITISH_COLUMBIA,
  '1778': ALL_OF_BRITISH_COLUMBIA,
  '1306': SASKATCHEWAN,
  '1474': SASKATCHEWAN,
  '1639': SASKATCHEWAN,
  '1709': NEWFOUNDLAND_AND_LABRADOR,
  '1879': NEWFOUNDLAND_AND_LABRADOR,
  // Yukon, the Northwest Territories and Nunavut.
  '1867': [
    'America/Whitehorse',
    'America/Inuvik',
    'America/Rankin_Inlet',
    'America/Iqaluit',
    'America/Coral_Harbour',
  ],
  // The Navajo Nation keeps summer time, the rest of Arizona does not.
  '1928': ['America/Phoenix', 'America/Denver'],
};
