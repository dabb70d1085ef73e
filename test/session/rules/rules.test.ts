import {
  createBudget,
  TOOL_CALLS_MAX,
  TOOL_ERRORS_MAX,
} from '../../../engine/src/session/rules/budget.ts';
import { ALL_PARTY_PLACES, recordingMode } from '../../../engine/src/session/rules/recording.ts';
import {
  SENTENCES,
  SPOKEN_LANGUAGES,
  spokenLanguage,
} from '../../../engine/src/session/rules/spoken-languages.ts';
import { yesOrNo } from '../../../engine/src/session/rules/yes-or-no.ts';

it.each([
  ['en-US', 'en'],
  ['pt', 'pt-pt'],
  ['pt-PT', 'pt-pt'],
  ['pt-BR', 'pt-br'],
  ['de-AT', 'de'],
  ['nl', 'en'],
  [null, 'en'],
])('a call in %s is spoken in %s where the engine speaks itself', (tag, language) => {
  expect(spokenLanguage(tag)).toBe(language);
});

it('every language has every sentence, with the name in it, and no two languages share one', () => {
  const all = SPOKEN_LANGUAGES.map((language) => {
    const one = SENTENCES[language];
    const name = 'Clínica Boa Vista';
    for (const text of [one.hello(name), one.returned(name)]) expect(text).toContain(name);
    expect(one.briefing({ name, about: 'About a refund.' })).toMatch(/Clínica.*About a refund\.$/u);
    const { recorded, may_record, opted_out, putting_through, not_put_through } = one;
    return [recorded, may_record, opted_out, putting_through, not_put_through, one.hello(name)];
  });
  expect(new Set(all.flat()).size).toBe(SPOKEN_LANGUAGES.length * 6);
});

it.each([
  ['Yes.', 'yes'],
  ['Sure, go ahead.', 'yes'],
  ['Sim, pode.', 'yes'],
  ['Sí, claro.', 'yes'],
  ['Oui.', 'yes'],
  ['Ja, gerne.', 'yes'],
  ['Sì.', 'yes'],
  ['No.', 'no'],
  ['I would rather not.', 'no'],
  ['Não.', 'no'],
  ['Prefiro que não.', 'no'],
  ['Non.', 'no'],
  ['Nein danke.', 'no'],
  ['Hello?', 'unclear'],
  ['Yes?', 'unclear'],
  ['Yes and no.', 'unclear'],
  ['What is this about?', 'unclear'],
  ['', 'unclear'],
])('“%s” is %s', (said, meant) => {
  expect(yesOrNo(said)).toBe(meant);
});

it.each([
  ['notify', '+4930123456', 'ask'],
  ['notify', '+351912345678', 'ask'],
  ['notify', '+14155550100', 'ask'],
  ['notify', '+12025550100', 'notify'],
  ['notify', '+34612345678', 'notify'],
  ['ask', '+12025550100', 'ask'],
  ['off', '+4930123456', 'off'],
] as const)('recording %s of %s is %s', (wanted, phoneNumber, mode) => {
  expect(recordingMode(wanted, phoneNumber, ALL_PARTY_PLACES)).toBe(mode);
});

it('an operator who knows better is obeyed, and a number that may be anywhere in the US is asked', () => {
  expect(recordingMode('notify', '+4930123456', [])).toBe('notify');
  expect(recordingMode('notify', '+18005550100', ALL_PARTY_PLACES)).toBe('ask');
});

it('M7 a model has 30 tool calls, and the 31st is one too many', () => {
  const budget = createBudget(600_000);
  for (let count = 0; count < TOOL_CALLS_MAX; count++)
    expect(budget.toolCalled(false)).toBeUndefined();
  expect(budget.toolCalled(false)).toBe('tool_calls');
});

it('M5 five mistaken tool calls use the patience up', () => {
  const budget = createBudget(600_000);
  for (let count = 1; count < TOOL_ERRORS_MAX; count++)
    expect(budget.toolCalled(true)).toBeUndefined();
  expect(budget.toolCalled(true)).toBe('tool_errors');
});

it('M7 words have a budget too, by how long the call may be', () => {
  const short = createBudget(60_000);
  expect(short.responded(12_000)).toBeUndefined();
  expect(short.responded(1)).toBe('output_tokens');
  expect(createBudget(3_600_000).responded(100_000)).toBeUndefined();
});
