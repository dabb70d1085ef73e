// Answers "read this transcript" requests by rules, in whatever shape the request's schema asks for.
// Invariant: no value without a recipient's line that says it; what is not known is null, "" or [].
import { type Brief, readBrief } from './brief.ts';
import { findAnswers, findOutcome } from './extract-outcome.ts';
import { readTranscript, type TranscriptLine } from './transcript.ts';

type Schema = Record<string, unknown>;
type Answers = ReturnType<typeof findAnswers>;

/**
 * Returns the JSON value for `schema` from the texts of a request: instructions with a fenced JSON brief,
 * and transcript lines such as `[2] recipient: Yes.`
 */
export function extract(texts: readonly string[], schema: Schema): Record<string, unknown> {
  const all = texts.join('\n');
  const brief = readBrief(all);
  const lines = readTranscript(all);
  const answers = findAnswers(brief, lines);
  const { outcome, evidence } = findOutcome(brief, lines, answers.size);
  const resultSchema = objectIn(propertiesOf(schema)['result']);
  const used = new Set<string>();
  const known: Record<string, unknown> = {
    outcome: allowed(outcome, propertiesOf(schema)['outcome']),
    outcome_evidence: evidence ? { turn: evidence.turn, quote: evidence.text } : null,
    result: resultSchema ? valueFor(resultSchema, '', answers, used) : null,
    summary: summary(brief, lines, outcome, answers.size),
  };
  known['result_evidence'] = [...used].map((field) => evidenceFor(field, answers));
  return Object.fromEntries(
    Object.entries(propertiesOf(schema)).map(([name, property]) => [
      name,
      name in known ? known[name] : empty(property),
    ]),
  );
}

function evidenceFor(field: string, answers: Answers): Record<string, unknown> {
  const line = answers.get(field)?.line;
  return { field, turn: line?.turn, quote: line?.text };
}

// A checked schema has at most five levels, so this may recurse.
function valueFor(schema: Schema, path: string, answers: Answers, used: Set<string>): unknown {
  if (typesOf(schema).includes('object')) {
    return Object.fromEntries(
      Object.entries(propertiesOf(schema)).map(([name, property]) => [
        name,
        valueFor(property, path === '' ? name : `${path}.${name}`, answers, used),
      ]),
    );
  }
  const value = answers.get(path)?.value;
  if (value === undefined || !fits(value, schema)) return empty(schema);
  used.add(path);
  return value;
}

function fits(value: string | number | boolean, schema: Schema): boolean {
  const values = schema['enum'];
  if (Array.isArray(values) && !values.includes(value)) return false;
  const types = typesOf(schema);
  if (typeof value === 'number')
    return types.includes('number') || (types.includes('integer') && Number.isInteger(value));
  return types.includes(typeof value);
}

function empty(schema: Schema): unknown {
  const types = typesOf(schema);
  if (types.includes('null') || types.length === 0) return null;
  if (types.includes('array')) return [];
  if (types.includes('object')) {
    return Object.fromEntries(
      Object.entries(propertiesOf(schema)).map(([name, property]) => [name, empty(property)]),
    );
  }
  if (types.includes('boolean')) return false;
  return types.includes('string') ? '' : 0;
}

// Words that the schema does not know cannot be given; `inconclusive` is the honest one left.
function allowed(outcome: string, schema: Schema | undefined): unknown {
  const values = schema?.['enum'];
  if (!Array.isArray(values) || values.includes(outcome)) return outcome;
  return values.includes('inconclusive') ? 'inconclusive' : values.at(-1);
}

function summary(
  brief: Brief,
  lines: readonly TranscriptLine[],
  outcome: string,
  answered: number,
): string {
  const name = brief.recipientName ?? (brief.language === 'pt' ? 'A pessoa' : 'The person');
  const talked = lines.some(({ speaker }) => speaker === 'recipient');
  if (brief.language === 'pt') {
    if (!talked) return `${name} não disse nada.`;
    const answers =
      brief.asks.length === 0 ? '' : ` Respostas: ${answered} de ${brief.asks.length}.`;
    return `${name} atendeu. Resultado: ${outcome}.${answers}`;
  }
  if (!talked) return `${name} said nothing.`;
  const answers = brief.asks.length === 0 ? '' : ` Answers: ${answered} of ${brief.asks.length}.`;
  return `${name} took the call. Outcome: ${outcome}.${answers}`;
}

// A nullable object may be written as `anyOf: [object, null]`.
function objectIn(schema: Schema | undefined): Schema | undefined {
  const options = [
    schema,
    ...(Array.isArray(schema?.['anyOf']) ? (schema['anyOf'] as Schema[]) : []),
  ];
  return options.find((one) => one !== undefined && typesOf(one).includes('object'));
}

function typesOf(schema: Schema): unknown[] {
  const type = schema['type'];
  if (Array.isArray(type)) return type;
  if (type !== undefined) return [type];
  const options = schema['anyOf'];
  if (Array.isArray(options)) return options.flatMap((option: Schema) => typesOf(option));
  const values = schema['enum'];
  return Array.isArray(values)
    ? [...new Set(values.map((value) => (value === null ? 'null' : typeof value)))]
    : [];
}

function propertiesOf(schema: Schema): Record<string, Schema> {
  const own = schema['properties'];
  if (typeof own === 'object' && own !== null) return own as Record<string, Schema>;
  const inner = objectIn({ ...schema, type: undefined });
  return inner && inner !== schema && inner['properties']
    ? (inner['properties'] as Record<string, Schema>)
    : {};
}
