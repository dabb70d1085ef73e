import fc from 'fast-check';
import { acceptQuestions } from '../../engine/src/results/accept-questions.ts';
import {
  nullableSchema,
  schemaOfQuestions,
  strictSchema,
} from '../../engine/src/results/question-schema.ts';
import { fieldsOf, resultOf } from '../../engine/src/results/result-fields.ts';
import { checkResultSchema } from '../../engine/src/results/result-schema.ts';
import { validateResult } from '../../engine/src/results/validate-result.ts';

const text = { type: 'string' };
const object = (properties: Record<string, unknown>): Record<string, unknown> => ({
  type: 'object',
  properties,
});
const nested = (depth: number): Record<string, unknown> =>
  depth === 1 ? text : object({ in: nested(depth - 1) });
const EVIL = 'a"];process.exit(7);//';

describe('result schema', () => {
  it.each([
    ['pattern', { a: { type: 'string', pattern: '(a+)+$' } }, '/properties/a/pattern'],
    ['$ref', { a: { $ref: '#' } }, '/properties/a/$ref'],
    ['$id', { a: { type: 'string', $id: 'x' } }, '/properties/a/$id'],
    [
      'uniqueItems',
      { a: { type: 'array', items: text, uniqueItems: true } },
      '/properties/a/uniqueItems',
    ],
    ['allOf', { a: { allOf: [text] } }, '/properties/a/allOf'],
  ])('N1 refuses %s and says where', (_keyword, properties, pointer) => {
    expect(checkResultSchema(object(properties))).toMatchObject({
      ok: false,
      failure: { pointer },
    });
  });

  it('N2 takes five levels, 100 properties, 250 choices and 16 KiB, and not one more', () => {
    const many = (count: number) =>
      object(Object.fromEntries(Array.from({ length: count }, (_, i) => [`p${i}`, text])));
    const choices = (count: number) =>
      object({ a: { type: 'integer', enum: Array.from({ length: count }, (_, i) => i) } });
    const sized = (bytes: number) => {
      const frame = JSON.stringify(object({ a: { type: 'string', description: '' } })).length;
      return object({ a: { type: 'string', description: 'x'.repeat(bytes - frame) } });
    };
    for (const good of [nested(5), many(100), choices(250), sized(16_384)])
      expect(checkResultSchema(good).ok).toBe(true);
    for (const bad of [nested(6), many(101), choices(251), sized(16_385)])
      expect(checkResultSchema(bad).ok).toBe(false);
  });

  it('N2 answers a schema that is nested far deeper than a stack', () => {
    let deep: Record<string, unknown> = text;
    for (let i = 0; i < 100_000; i++) deep = { type: 'array', items: deep };
    expect(checkResultSchema(object({ deep })).ok).toBe(false);
  });

  it('N3 refuses __proto__ and the empty name, and takes a name of code as data', () => {
    const proto = JSON.parse(
      '{"type":"object","properties":{"__proto__":{"type":"string"}}}',
    ) as unknown;
    expect(checkResultSchema(proto).ok).toBe(false);
    expect(checkResultSchema(object({ '': text })).ok).toBe(false);
    const schema = object({ [EVIL]: text });
    expect(checkResultSchema(schema).ok).toBe(true);
    expect(validateResult(schema, { [EVIL]: 'x' })).toBe(true);
    expect(validateResult(schema, { [EVIL]: 1 })).toBe(false);
  });

  it.each([[true], [{}], [{ type: 'array', items: text }], [null], ['object']])(
    'N4 needs an object at the root: %j',
    (schema) => {
      expect(checkResultSchema(schema)).toMatchObject({ ok: false, failure: { pointer: '' } });
    },
  );

  it('never throws, whatever it is given', () => {
    fc.assert(
      fc.property(fc.anything(), (schema) => {
        expect(typeof checkResultSchema(schema).ok).toBe('boolean');
        expect(typeof checkResultSchema(object({ a: schema })).ok).toBe('boolean');
      }),
    );
  });

  it('compiles every schema that it takes, also with names of code, and takes an answer of nulls', () => {
    const name = fc.oneof(
      fc.constantFrom(EVIL, 'toString', `\${1}`, "'", '\\'),
      fc.string({ minLength: 1, maxLength: 20 }),
    );
    const leaf = fc.constantFrom(
      { type: 'string' },
      { type: 'number', minimum: 1 },
      { type: 'boolean' },
      { type: 'string', enum: ['a'] },
      { const: 3 },
    );
    const schemas = fc
      .dictionary(
        name,
        fc.oneof(
          leaf,
          leaf.map((one) => object({ inner: one })),
        ),
        { minKeys: 1, maxKeys: 5 },
      )
      .map(object);
    fc.assert(
      fc.property(schemas, (schema) => {
        const checked = checkResultSchema(schema);
        if (!checked.ok) return;
        expect(
          validateResult(
            schema,
            resultOf(schema, () => null),
          ),
        ).toBe(true);
        expect(validateResult(schema, { ...resultOf(schema, () => null), extra_field: 1 })).toBe(
          false,
        );
        expect(nullableSchema(nullableSchema(schema))).toEqual(nullableSchema(schema));
      }),
      { numRuns: 50 },
    );
  });

  it('joins questions to a schema, each with its type and nullable', () => {
    const joined = schemaOfQuestions(
      [
        { key: 'coming', ask: 'Will you come?', type: 'yes_no' },
        { key: 'slot', ask: 'When?', type: 'choice', choices: ['am', 'pm'] },
        { key: 'day', ask: 'Which day?', type: 'date' },
      ],
      object({ note: { type: 'string', maxLength: 5 } }),
    );
    if (!joined.ok || !joined.value) throw new Error('not joined');
    expect(fieldsOf(joined.value).map(({ path }) => path)).toEqual([
      'note',
      'coming',
      'slot',
      'day',
    ]);
    const full = { note: 'hi', coming: true, slot: 'am', day: '2026-03-20' };
    expect(validateResult(joined.value, full)).toBe(true);
    for (const wrong of [
      { slot: 'noon' },
      { day: '20 March' },
      { coming: 'yes' },
      { note: 'too long' },
    ]) {
      expect(validateResult(joined.value, { ...full, ...wrong })).toBe(false);
    }
    expect(JSON.stringify(strictSchema(joined.value))).not.toContain('maxLength');
    expect(strictSchema(joined.value)).toMatchObject({
      required: ['note', 'coming', 'slot', 'day'],
      additionalProperties: false,
    });
    expect(
      schemaOfQuestions([{ key: 'note', ask: '?', type: 'text' }], object({ note: text })),
    ).toMatchObject({
      ok: false,
      failure: { pointer: '/questions/0/key' },
    });
  });

  it('makes a key of its own for a question that has none', () => {
    const accepted = acceptQuestions([
      { ask: 'A que horas é melhor?', type: 'text' },
      { ask: 'A que horas é melhor?', type: 'text' },
      { ask: '何時ですか', type: 'text' },
    ]);
    expect(accepted.ok && accepted.value.map(({ key }) => key)).toEqual([
      'a_que_horas_e_melhor',
      'a_que_horas_e_melhor_2',
      'question',
    ]);
    expect(acceptQuestions([{ ask: 'Which?', type: 'choice' }])).toMatchObject({
      ok: false,
      failure: { pointer: '/0/choices' },
    });
  });
});
