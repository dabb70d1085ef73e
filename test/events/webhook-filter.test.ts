import type { WebhookFilter } from '../../engine/src/contract/event.ts';
import { type FilterSubject, passesFilter } from '../../engine/src/contract/webhook-filter.ts';

const CALL: FilterSubject = {
  outcome: 'achieved',
  outcome_group: 'answered',
  agent_id: 'agt_1',
  source: 'n8n',
  tag: 'orders',
  metadata: { order: 7, shop: 'Lisboa', gone: null },
};
const ALL: WebhookFilter = {
  outcomes: ['achieved'],
  outcome_groups: ['answered'],
  agent_id: 'agt_1',
  source: 'n8n',
  tag: 'orders',
  metadata: { order: '7', shop: 'Lisboa' },
};

describe('a filter', () => {
  const cases: [string, WebhookFilter, boolean][] = [
    ['nothing', {}, true],
    ['every part at once', ALL, true],
    ['one of several outcomes', { outcomes: ['voicemail', 'achieved'] }, true],
    ['another outcome', { outcomes: ['voicemail'] }, false],
    ['no outcome at all', { outcomes: [] }, false],
    ['one of several groups', { outcome_groups: ['problem', 'answered'] }, true],
    ['another group', { outcome_groups: ['not_reached'] }, false],
    ['another agent', { agent_id: 'agt_2' }, false],
    ['another source', { source: 'zapier' }, false],
    ['another tag', { tag: 'order' }, false],
    ['a number given as text', { metadata: { order: '7' } }, true],
    ['another value', { metadata: { order: '8' } }, false],
    ['a name that is not there', { metadata: { customer: '7' } }, false],
    ['a name that every object has', { metadata: { constructor: 'x' } }, false],
    ['an empty value as text', { metadata: { gone: 'null' } }, true],
  ];
  it.each(cases)('of %s', (_name, filter, passes) => {
    expect(passesFilter(filter, CALL)).toBe(passes);
  });

  it.each(Object.keys(ALL) as (keyof WebhookFilter)[])(
    'each part counts: all but %s hold, and it does not pass',
    (part) => {
      const other = { ...CALL, ...OTHER[part] };
      expect(passesFilter(ALL, other)).toBe(false);
      expect(passesFilter({ ...ALL, [part]: undefined }, other)).toBe(true);
    },
  );

  it('of outcomes hides a call that has none yet', () => {
    const talking = { ...CALL, outcome: null, outcome_group: null };
    expect(passesFilter({ outcomes: ['achieved'] }, talking)).toBe(false);
    expect(passesFilter({ outcome_groups: ['answered'] }, talking)).toBe(false);
    expect(passesFilter({ tag: 'orders' }, talking)).toBe(true);
  });

  it('hides no event for a part that such events do not have', () => {
    expect(passesFilter(ALL, {})).toBe(true);
    const batch = { source: 'n8n', tag: 'orders' };
    expect(passesFilter(ALL, batch)).toBe(true);
    expect(passesFilter(ALL, { ...batch, source: 'make' })).toBe(false);
  });
});

const OTHER: Record<keyof WebhookFilter, Partial<FilterSubject>> = {
  outcomes: { outcome: 'voicemail' },
  outcome_groups: { outcome_group: 'problem' },
  agent_id: { agent_id: null },
  source: { source: null },
  tag: { tag: null },
  metadata: { metadata: {} },
};
