// What prices and spending need from outside, and what they offer to the verbs of a call.
// Every amount is in millionths of the one currency that the operator chose (SPEND_CURRENCY).
import type { Network } from '../../contract/vocabulary.ts';
import type { Queryable, Transaction } from '../../lib/database.ts';
import type { Micros } from '../../lib/money.ts';

/** What the carrier takes for a call that is answered. A call that nobody answers costs nothing. */
export interface Quote {
  currency: string;
  per_minute: Micros;
  /** Seconds are rounded up to whole increments of this length. */
  billing_increment_seconds: number;
  /** Beside connectivity, and in no bill of a single call: the media stream, by the same increments. */
  fees_per_minute: Micros;
  /** The same, once per answered attempt: telling a person from a machine. */
  fees_per_answer: Micros;
}

/** What the models take: the one that talks by the minute, the one that reads by the call. */
export interface ModelRate {
  currency: string;
  per_minute: Micros;
  per_call: Micros;
  /** When both talk without a pause and little is cached. */
  worst_per_minute: Micros;
  worst_per_call: Micros;
}

/** The prices that a call was accepted at. */
export interface CostTerms {
  quote: Quote;
  model_rate: ModelRate;
}

export interface NumberPair {
  /** E.164. */
  from_number: string;
  /** E.164. */
  phone_number: string;
}

export interface Prices {
  /**
   * The carrier's price of calling a number, of the operator's own list or the carrier's; undefined when nobody knows
   * it, which forbids the call (rule `price_unknown`). May ask the carrier: never call it inside a transaction.
   */
  quote(network: Network, numbers: NumberPair): Promise<Quote | undefined>;
}

/** Which limit a call would break: its own, its key's of the day, or the organisation's of the day or month. */
export type SpendLimit = 'call' | 'key_day' | 'day' | 'month';

export interface SpendRequest {
  call_id: string;
  key_id: string;
  network: Network;
  /** The most that this call may cost, what its earlier attempts cost included. */
  amount: Micros;
  /** The request's own limit (`max_cost`); null when it has none. */
  max_cost: Micros | null;
  /** When the phone is to ring: its UTC day and month carry the amount. */
  at: number;
  /** Kept with the reservation, for the bill at the end. */
  terms: CostTerms;
  /** False counts the amount and refuses nothing. */
  enforced: boolean;
}

export type SpendAnswer =
  | { ok: true }
  /** `next_allowed_at` is null when waiting does not help. */
  | { ok: false; limit: SpendLimit; next_allowed_at: number | null };

/** Counted apart per network. Days and months are those of UTC. */
export interface Spend {
  /** Sets money aside for a call. Done again it moves the amount and its day; when refused the earlier one stands. */
  reserve(tx: Transaction, request: SpendRequest): Promise<SpendAnswer>;
  /** Turns the reservation into what the call did cost; done again it corrects that. No effect for a call without one. */
  settle(tx: Transaction, callId: string, actual: Micros): Promise<void>;
  /** Gives back what is still reserved. No effect once settled. */
  release(tx: Transaction, callId: string): Promise<void>;
  /** The prices that the call was accepted at; undefined when nothing was ever set aside for it. */
  terms(on: Queryable, callId: string): Promise<CostTerms | undefined>;
  totals(on: Queryable, scope: SpendScope): Promise<SpendTotals>;
}

export interface SpendScope {
  network: Network;
  /** Whose day; without it only the organisation's sums are told. */
  key_id?: string;
  /** Any moment of the day and month in question. */
  at: number;
}

export interface SpendSum {
  /** Set aside for calls that have not ended. */
  reserved: Micros;
  spent: Micros;
}
export type SpendTotals = Record<'key_day' | 'day' | 'month', SpendSum>;

/** Null sets no limit. */
export interface SpendLimits {
  call: Micros | null;
  key_day: Micros | null;
  day: Micros | null;
  month: Micros | null;
}

/** Prices of a carrier for one country or one number. */
export interface PriceList {
  currency: string;
  billing_increment_seconds: number;
  fees_per_minute: Micros;
  fees_per_answer: Micros;
  prices: {
    /** Digits without `+`; the longest that fits counts. */
    destination_prefixes: string[];
    /** The same for the calling number; `ALL` is any. */
    origination_prefixes: string[];
    per_minute: Micros;
  }[];
}

export type PriceListName = { country: string } | { phone_number: string };

/** What a carrier says about money. */
export interface CarrierPrices {
  /** `none` when it has no such list, `unavailable` when it cannot be asked. */
  list(name: PriceListName): Promise<PriceList | 'none' | 'unavailable'>;
  /** What one call cost; `unknown` when it cannot be asked or does not know the call. */
  billed(carrierCallId: string): Promise<Billed | 'not_yet' | 'unknown'>;
}

/** Connectivity alone, as the carrier's record of the call tells it. */
export interface Billed {
  amount: Micros;
  currency: string;
}

/** Price lists that outlive a process. */
export interface PriceLists {
  find(network: Network, name: string): Promise<KeptList | undefined>;
  keep(network: Network, name: string, kept: KeptList): Promise<void>;
}
export interface KeptList {
  /** Null when the carrier said that it has none. */
  list: PriceList | null;
  fetched_at: number;
}
