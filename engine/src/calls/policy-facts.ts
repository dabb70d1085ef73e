// Gathers what the policy decides on, in the transaction that acts on its word.
import type { Mode, Network } from '../contract/vocabulary.ts';
import type { Queryable } from '../lib/database.ts';
import type { CallOrder } from './call-record.ts';
import { type Destination, isTestNumber } from './destination.ts';
import { holidaysFor } from './hours/holidays.ts';
import { openingAt } from './hours/opening.ts';
import { statesOf, zonesOf } from './hours/zones-of.ts';
import type { EnforcedRules, PolicyFacts } from './policy.ts';
import type { CallStore, OwnPhones, Settings, Suppressions } from './ports.ts';

export interface PolicyPorts {
  calls: CallStore;
  suppressions: Suppressions;
  ownPhones: OwnPhones;
  settings: Settings;
}

export interface PolicySubject {
  /** null before the call is on disk. */
  call_id: string | null;
  mode: Mode;
  network: Network;
  destination: Destination;
  order: Pick<CallOrder, 'window' | 'purpose' | 'consent'>;
  at: number;
  spend: PolicyFacts['spend'];
}

const DAY_MS = 86_400_000;

export async function gatherFacts(
  on: Queryable,
  subject: PolicySubject,
  { calls, suppressions, ownPhones, settings }: PolicyPorts,
): Promise<PolicyFacts> {
  const { destination, mode, network, order, at } = subject;
  const { phone_number } = destination;
  const enforced = enforcedRules(mode, phone_number, settings);
  const span = { from: at - DAY_MS, to: at, except: subject.call_id };
  const [own_phone, suppressed, dialed_at] = await Promise.all([
    ownPhones.has(on, phone_number),
    suppressions.isSuppressed(on, phone_number),
    enforced.frequency ? calls.dialTimes(on, { phone_number, network, ...span }) : [],
  ]);
  return {
    at,
    mode,
    destination,
    enforced,
    own_phone,
    other_calls_at: own_phone ? [] : dialed_at,
    allowed_countries: settings.allowed_countries,
    own_numbers: settings.from_numbers[network],
    suppressed,
    purpose: order.purpose,
    consent: order.consent,
    consent_countries: settings.consent_countries,
    calls_per_day_max: settings.calls_per_recipient_per_day,
    spend: subject.spend,
    opening: await openingOf(subject, own_phone || !enforced.hours),
    on_closed: order.window.on_closed,
  };
}

/** Loads the calendar of holidays that this destination needs, which takes too long for a transaction. */
export async function loadHolidays(
  { purpose }: Pick<CallOrder, 'purpose'>,
  { phone_number, country }: Destination,
): Promise<void> {
  await holidaysFor({ purpose, country, states: statesOf(phone_number) });
}

// What the call itself asks for holds for every phone; the rules of the place do not hold for exempt ones.
async function openingOf(
  { destination, order, at }: PolicySubject,
  exempt: boolean,
): Promise<PolicyFacts['opening']> {
  const { phone_number, country } = destination;
  const { timezone, calling_hours } = order.window;
  const place = { purpose: order.purpose, country, states: statesOf(phone_number) };
  return openingAt({
    ...place,
    ...{ now: at, calling_hours, exempt },
    zones: timezone === null ? zonesOf(phone_number) : [timezone],
    holidays: await holidaysFor(place),
  });
}

// Reserved digits of test numbers that switch one rule on each, so that a workflow's branch for it can be tried.
const RESERVED: Record<string, Partial<EnforcedRules>> = {
  '90': { hours: true },
  '91': { frequency: true },
  '92': { consent: true },
  '93': { spend: true },
};

export function enforcedRules(
  mode: Mode,
  phoneNumber: string,
  { test_mode_rules }: Pick<Settings, 'test_mode_rules'>,
): EnforcedRules {
  const all = mode === 'live' || test_mode_rules === 'full';
  const rules = { hours: all, frequency: all, consent: all, spend: all };
  const reserved = isTestNumber(phoneNumber) ? RESERVED[phoneNumber.slice(-2)] : undefined;
  return all ? rules : { ...rules, ...reserved };
}
