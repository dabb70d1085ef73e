// A conversation and its answers as plain text, for people who paste.
import type { CallRecord, TurnRecord } from '../calls/call-record.ts';
import { fieldsOf, valueAt } from './result-fields.ts';

/** Returns `Agent: …` and `Recipient: …` lines in the order of the conversation, null when nothing was said. */
export function transcriptText(
  turns: readonly Pick<TurnRecord, 'speaker' | 'text'>[],
): string | null {
  if (turns.length === 0) return null;
  return turns
    .map((turn) => `${turn.speaker === 'agent' ? 'Agent' : 'Recipient'}: ${oneLine(turn.text)}`)
    .join('\n');
}

/** Returns one line per field of the result, such as `Will you come? yes`; null when there is no result. */
export function answersText(
  order: Pick<CallRecord['order'], 'questions' | 'result_schema'>,
  result: Record<string, unknown> | null,
): string | null {
  const fields = fieldsOf(order.result_schema);
  if (result === null || fields.length === 0) return null;
  const asked = new Map(order.questions.map((question) => [question.key, question.ask]));
  return fields
    .map(({ path, names, schema }) => {
      const label =
        asked.get(path) ?? (typeof schema['title'] === 'string' ? schema['title'] : path);
      return `${oneLine(label).replace(/[:\s]+$/u, '')}${/[?!.]\s*$/u.test(label) ? '' : ':'} ${answerText(valueAt(result, names))}`;
    })
    .join('\n');
}

function answerText(value: unknown): string {
  if (value === null) return 'not answered';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value))
    return value
      .map((one) => (typeof one === 'object' ? JSON.stringify(one) : String(one)))
      .join(', ');
  return oneLine(String(value));
}

const oneLine = (text: string): string => text.replace(/\s+/gu, ' ').trim();
