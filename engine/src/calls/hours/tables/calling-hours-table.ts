// The calling hours that the engine keeps to, as data: defaults of this product first, then countries and US states.
// Where several rows apply, all hold. Laws change: every row has its source and the month in which it was read.
import type { CallingHours, HoursRule } from '../hours-rule.ts';

const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];
const WORKDAYS = [1, 2, 3, 4, 5];
const WEEKEND = [6, 7];
const NOT_SUNDAYS = [1, 2, 3, 4, 5, 6];
const READ = '2026-11';

const hours = (from: string, to: string): CallingHours => ({ from, to });

const DEFAULTS: readonly HoursRule[] = [
  {
    country: null,
    purpose: 'transactional',
    windows: [{ days: EVERY_DAY, hours: [hours('08:00', '21:00')] }],
    closed_on_holidays: false,
    // Own default, taken from the federal hours of the US, which are for marketing only.
    source: 'http://hallikainen.com/FccRules/2021/64/1200',
    as_of: READ,
    second_hand: true,
  },
  {
    country: null,
    purpose: 'marketing',
    windows: [{ days: NOT_SUNDAYS, hours: [hours('09:00', '20:00')] }],
    closed_on_holidays: true,
    // Own default, taken from the industry standard of Australia, stricter than most laws.
    source: 'https://packleader.net.au/topic/calling-times/',
    as_of: READ,
    second_hand: true,
  },
];

const COUNTRIES: readonly HoursRule[] = [
  {
    country: 'AU',
    purpose: 'marketing',
    windows: [
      { days: WORKDAYS, hours: [hours('09:00', '20:00')] },
      { days: [6], hours: [hours('09:00', '17:00')] },
    ],
    closed_on_holidays: true,
    source: 'https://packleader.net.au/topic/calling-times/',
    as_of: READ,
    second_hand: true,
  },
  {
    country: 'CA',
    purpose: 'marketing',
    windows: [
      { days: WORKDAYS, hours: [hours('09:00', '21:30')] },
      { days: WEEKEND, hours: [hours('10:00', '18:00')] },
    ],
    closed_on_holidays: false,
    source: 'https://crtc.gc.ca/eng/phone/telemarketing/tobligations/rules-regles.htm',
    as_of: READ,
  },
  {
    country: 'ES',
    purpose: 'marketing',
    windows: [{ days: WORKDAYS, hours: [hours('09:00', '21:00')] }],
    closed_on_holidays: true,
    source:
      'https://www.consumoresponde.es/art%C3%ADculos/normativa_sobre_spam_telefonico_tanto_de_llamadas_como_de_mensajes',
    as_of: READ,
    second_hand: true,
  },
  {
    country: 'FR',
    purpose: 'marketing',
    windows: [{ days: WORKDAYS, hours: [hours('10:00', '13:00'), hours('14:00', '20:00')] }],
    closed_on_holidays: true,
    source: 'https://www.nextinpact.com/lebrief/1190',
    as_of: READ,
    second_hand: true,
  },
  {
    // The shorter hours of the industry's code on every day that it has two of.
    country: 'IT',
    purpose: 'marketing',
    windows: [
      { days: WORKDAYS, hours: [hours('09:00', '20:00')] },
      { days: [6], hours: [hours('10:00', '19:00')] },
    ],
    closed_on_holidays: true,
    source:
      'https://www.pmi.it/impresa/pubblicita-e-marketing/453002/telemarketing-le-nuove-regole-e-le-fasce-orarie-permesse.html',
    as_of: READ,
    second_hand: true,
  },
  {
    country: 'PT',
    purpose: 'marketing',
    windows: [{ days: EVERY_DAY, hours: [hours('09:00', '22:00')] }],
    closed_on_holidays: false,
    source:
      'http://www.centrodecontacto.com/regulacao-dos-centros-telefonicos/decreto-lei-n-o-134-2009-servicos-de-promocao-informacao-e-apoio-aos-consumidores/',
    as_of: READ,
    second_hand: true,
  },
  {
    country: 'GB',
    purpose: 'marketing',
    windows: [
      { days: WORKDAYS, hours: [hours('08:00', '21:00')] },
      { days: WEEKEND, hours: [hours('09:00', '21:00')] },
    ],
    closed_on_holidays: false,
    source: 'https://www.callcentrehelper.com/regulations-on-outbound-calling-times-207054.htm',
    as_of: READ,
    second_hand: true,
  },
  {
    country: 'US',
    purpose: 'marketing',
    windows: [{ days: EVERY_DAY, hours: [hours('08:00', '21:00')] }],
    closed_on_holidays: false,
    source: 'https://law.lawstack.com/node_references?cite=16+C.F.R.%3A%C2%A7+310.4',
    as_of: READ,
    second_hand: true,
  },
];

/** A US state's hours for marketing; Sundays and holidays as the vendor's table of state laws has them. */
const state = (
  codes: readonly string[],
  windows: HoursRule['windows'],
  source = 'https://www.dropcowboy.com/state-compliance',
): HoursRule[] =>
  codes.map((code) => ({
    country: 'US',
    state: code,
    purpose: 'marketing',
    windows,
    closed_on_holidays: false,
    source,
    as_of: READ,
    second_hand: true,
  }));

const daily = (from: string, to: string): HoursRule['windows'] => [
  { days: EVERY_DAY, hours: [hours(from, to)] },
];

const US_STATES: readonly HoursRule[] = [
  ...state(
    ['FL', 'OK'],
    daily('08:00', '20:00'),
    'https://blog.clickpointsoftware.com/federal-and-local-call-time-and-date-compliance',
  ),
  ...state(['MD', 'MA'], daily('08:00', '20:00')),
  ...state(['CT', 'NV'], daily('09:00', '20:00')),
  ...state(['KY'], daily('10:00', '21:00')),
  ...state(['MI', 'MN', 'NM'], daily('09:00', '21:00')),
  ...state(['AL', 'LA', 'MS'], [{ days: NOT_SUNDAYS, hours: [hours('08:00', '20:00')] }]),
  ...state(
    ['PA'],
    [
      { days: [1, 2, 3, 4, 5, 7], hours: [hours('08:00', '21:00')] },
      { days: [6], hours: [hours('08:00', '12:00')] },
    ],
  ),
  ...state(['RI'], daily('09:00', '18:00')),
];

// Without a row of their own, because no hours in law were found: Brazil (state laws only) and Germany; the defaults hold.
export const CALLING_HOURS: readonly HoursRule[] = [...DEFAULTS, ...COUNTRIES, ...US_STATES];
