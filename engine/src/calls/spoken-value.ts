// How the value of a variable is said: dates, times and amounts as people say them, in the language of the call. Pure.
import type { AgentVariable, VariableType } from '../contract/agent.ts';
import { fail, ok, type Result } from '../lib/result.ts';
import { readMoment } from './hours/read-moment.ts';
import { clockOf, isLocalTime, localTime } from './hours/zoned-time.ts';

export interface SpeakingFacts {
  /** BCP 47. */
  language: string;
  /** IANA zone of the person, as the request gives it. */
  timezone: string | null;
  /** Zones that the number can be in. */
  zones: readonly string[];
  now: number;
}

export interface UnspokenValue {
  /** What has to be put right: the value, or the time zone that it lacks. */
  lacks: 'value' | 'zone';
  detail: string;
}

type Spoken = Result<string, UnspokenValue>;
export type GivenValue = string | number | boolean;

/** Returns the words for a value, or what is wrong with it. A `date_time` is said as the clock shows it where the person is. */
export const spokenValue = (
  variable: Pick<AgentVariable, 'type' | 'choices'>,
  value: GivenValue,
  facts: SpeakingFacts,
): Spoken => SAY[variable.type](value, facts, variable.choices ?? []);

type Say = (value: GivenValue, facts: SpeakingFacts, choices: readonly string[]) => Spoken;

const SAY: Record<VariableType, Say> = {
  text: (value) => ok(String(value)),
  choice: sayChoice,
  number: sayNumber,
  money: sayMoney,
  date: sayDate,
  time: sayTime,
  date_time: sayDateTime,
};

const wrong = (detail: string): Spoken => fail({ lacks: 'value', detail });

function sayChoice(value: GivenValue, _facts: SpeakingFacts, choices: readonly string[]): Spoken {
  const said = String(value).trim();
  return choices.includes(said) ? ok(said) : wrong(`Give one of: ${choices.join(', ')}.`);
}

function sayNumber(value: GivenValue, { language }: SpeakingFacts): Spoken {
  const number = numberOf(value);
  if (number === undefined) return wrong('Give a number such as 12 or 12.5.');
  // Without marks between thousands, because the number may name something.
  const format = { useGrouping: false, maximumFractionDigits: 10 };
  return ok(new Intl.NumberFormat(language, format).format(number));
}

function numberOf(value: GivenValue): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  const text = String(value).trim();
  return /^-?\d{1,15}([.,]\d{1,10})?$/.test(text) ? Number(text.replace(',', '.')) : undefined;
}

const AMOUNT = /^(?<amount>-?\d{1,12}(?:[.,]\d{1,2})?)$/;
const SIGNS: Record<string, string> = { '€': 'EUR', '£': 'GBP', US$: 'USD', R$: 'BRL' };
const CURRENCY =
  /^(?<before>[A-Z]{3}|€|£|US\$|R\$)?\s*(?<amount>[-\d.,]+)\s*(?<after>[A-Z]{3}|€|£)?$/;

function sayMoney(value: GivenValue, { language }: SpeakingFacts): Spoken {
  const { before, amount = '', after } = CURRENCY.exec(String(value).trim())?.groups ?? {};
  const sign = before ?? after;
  if (!AMOUNT.test(amount) || sign === undefined || (before && after))
    return wrong('Give the amount with its currency, such as 49.90 EUR.');
  const currency = SIGNS[sign] ?? sign;
  if (!CURRENCIES.has(currency)) return wrong(`“${sign}” is not a currency.`);
  const format = new Intl.NumberFormat(language, {
    style: 'currency',
    currency,
    currencyDisplay: 'name',
    trailingZeroDisplay: 'stripIfInteger',
  });
  return ok(plainSpaces(format.format(Number(amount.replace(',', '.')))));
}

const CURRENCIES = new Set(Intl.supportedValuesOf('currency'));

function sayDate(value: GivenValue, facts: SpeakingFacts): Spoken {
  const text = String(value).trim();
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) && isLocalTime(`${text}T00:00`))
    return ok(inWords(`${text}T00:00`, DAY, facts));
  const wall = wallTime(text, facts, 'Give a date such as 2026-12-01.');
  return wall.ok ? ok(inWords(wall.value, DAY, facts)) : wall;
}

function sayTime(value: GivenValue, facts: SpeakingFacts): Spoken {
  const text = String(value).trim();
  const clock = /^(\d{1,2}):(\d{2})(?::\d{2})?$/.exec(text);
  const day = `2000-01-01T${(clock?.[1] ?? '').padStart(2, '0')}:${clock?.[2]}`;
  if (!clock || !isLocalTime(day)) return wrong('Give a time of day such as 14:00.');
  return ok(inWords(day, CLOCK, facts));
}

function sayDateTime(value: GivenValue, facts: SpeakingFacts): Spoken {
  const wall = wallTime(
    String(value).trim(),
    facts,
    'Give a date and time such as 2026-12-01T14:00.',
  );
  return wall.ok ? ok(inWords(wall.value, { ...DAY, ...CLOCK }, facts)) : wall;
}

const DAY = { weekday: 'long', day: 'numeric', month: 'long' } as const;
const CLOCK = { hour: 'numeric', minute: '2-digit' } as const;

/** Returns what the clock shows, such as 2026-12-01T14:00, at the person's place or else where the offset is. */
function wallTime(text: string, { timezone, zones }: SpeakingFacts, example: string): Spoken {
  const known = timezone === null ? zones : [timezone];
  const moment = readMoment(text, known, 'refused');
  if (!moment.ok) {
    const { lacks, detail } = moment.failure;
    return lacks === 'zone' ? fail({ lacks, detail }) : wrong(example);
  }
  // An offset of its own shows where it is meant; zero is what programs write that know no place.
  const offset = /:\d{2}(?:[.,]\d+)? ?([+-]\d{2}):?(\d{2})?$/.exec(text);
  if (timezone === null && offset && Number(offset[1]) !== 0)
    return ok(text.slice(0, 16).replace(' ', 'T'));
  const [zone, ...others] = known;
  if (zone === undefined || others.length > 0)
    return fail({
      lacks: 'zone',
      detail:
        'Where the person is this is another hour. Set `schedule.timezone`, such as Europe/Lisbon.',
    });
  const { date, minute } = localTime(moment.value, zone);
  return ok(`${date}T${clockOf(minute)}`);
}

const FAR_MS = 300 * 86_400_000;

function inWords(
  wall: string,
  parts: Intl.DateTimeFormatOptions,
  { language, now }: SpeakingFacts,
): string {
  const at = Date.parse(`${wall}Z`);
  const year = 'day' in parts && Math.abs(at - now) > FAR_MS ? { year: 'numeric' as const } : {};
  const format = new Intl.DateTimeFormat(language, { timeZone: 'UTC', ...parts, ...year });
  // Nobody says the noughts of a full hour in English.
  return plainSpaces(format.format(at)).replace(/:00(?= [AP]M\b)/, '');
}

const plainSpaces = (text: string): string => text.replace(/[\u00A0\u2009\u202F]/g, ' ');
