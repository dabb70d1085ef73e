// Which ends of calls people have to look at: those that every further call would share.
import type { EndReason } from '../contract/vocabulary.ts';
import type { AttentionNeed } from '../events/ports.ts';

type Facts = Pick<AttentionNeed, 'kind' | 'object' | 'text' | 'fix'>;

/** Returns what to tell the people who run this engine, or undefined. */
export const attentionOfEnd = (end: {
  end_reason: EndReason;
  rule: string | undefined;
}): Facts | undefined => BY_RULE[end.rule ?? ''] ?? BY_END_REASON[end.end_reason];

const BY_RULE: Record<string, Facts> = {
  spend_limit_reached: {
    kind: 'budget',
    object: 'spend_limit',
    text: 'The spend limit keeps calls from being made.',
    fix: 'Raise SPEND_LIMIT_DAY, SPEND_LIMIT_MONTH or SPEND_LIMIT_KEY_DAY, or wait for the next day or month (UTC).',
  },
  price_unknown: {
    kind: 'budget',
    object: 'price',
    text: 'A call was not made because nobody knows its price.',
    fix: 'Set CALL_PRICES for the country, such as PT=0.03, or check that the carrier can be reached.',
  },
};

const BY_END_REASON: Partial<Record<EndReason, Facts>> = {
  carrier_rejected: {
    kind: 'carrier',
    object: 'carrier',
    text: 'The phone carrier refuses calls.',
    fix: 'Run `recado doctor`: it checks the account, its balance and the countries that it may call.',
  },
  error_ai_provider: {
    kind: 'model',
    object: 'model',
    text: 'The speech model could not be reached, so calls were not made or were cut short.',
    fix: 'Run `recado doctor`: it checks the key and its limits.',
  },
};
