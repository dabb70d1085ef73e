import type { WebhookFilter } from './event.ts';

/** What filters of webhooks ask of an event. A part that is absent is not asked: it never hides the event. */
export interface FilterSubject {
  outcome?: string | null;
  outcome_group?: string | null;
  agent_id?: string | null;
  source?: string | null;
  tag?: string | null;
  metadata?: Readonly<Record<string, unknown>>;
}

/**
 * True when what an event is about matches every part of a filter. An event that has no such part passes it:
 * `attention.needed` has none, so no filter hides it. A part that is there and empty (a call that has no outcome yet)
 * does not match.
 */
export function passesFilter(filter: WebhookFilter, about: FilterSubject): boolean {
  return (
    isOneOf(filter.outcomes, about.outcome) &&
    isOneOf(filter.outcome_groups, about.outcome_group) &&
    isOneOf(only(filter.agent_id), about.agent_id) &&
    isOneOf(only(filter.source), about.source) &&
    isOneOf(only(filter.tag), about.tag) &&
    hasMetadata(filter.metadata, about.metadata)
  );
}

const only = (wanted: string | undefined): readonly string[] | undefined =>
  wanted === undefined ? undefined : [wanted];

function isOneOf(
  wanted: readonly string[] | undefined,
  actual: string | null | undefined,
): boolean {
  if (wanted === undefined || actual === undefined) return true;
  return actual !== null && wanted.includes(actual);
}

function hasMetadata(
  wanted: Readonly<Record<string, string>> | undefined,
  actual: FilterSubject['metadata'],
): boolean {
  if (wanted === undefined || actual === undefined) return true;
  return Object.entries(wanted).every(
    ([name, value]) => Object.hasOwn(actual, name) && String(actual[name]) === value,
  );
}
