import { judgeNumbers, lookUpTerms } from '../calls/accept.ts';
import type { CallRecord } from '../calls/call-record.ts';
import { findAgent } from '../calls/find-agent.ts';
import { newCall } from '../calls/new-call.ts';
import { prepareCall } from '../calls/prepare-call.ts';
import type { Api } from '../contract/api.ts';
import type { Call } from '../contract/call.ts';
import type { PlaceCall } from '../contract/place-call.ts';
import type { ProblemFailure } from '../contract/problem.ts';
import type { HandlerPorts } from './ports.ts';
import type { Answer } from './routes.ts';

/** Answers whether a call would be accepted, with no effect. What the record is like is data; a builder's mistake is a problem. */
export async function checkCall(
  body: PlaceCall,
  key: { id: string; mode: CallRecord['mode'] },
  ports: HandlerPorts,
): Promise<Answer<Api['checkCall']>> {
  const now = ports.clock.now();
  const agent = await findAgent(ports.database, body, ports.place.agents);
  if (!agent.ok) return { problem: agent.failure };
  const context = { settings: ports.settings, mode: key.mode, now, agent: agent.value };
  const prepared = prepareCall(body, context);
  if (!prepared.ok) return { problem: prepared.failure };
  const forbidden =
    body.webhook_url === undefined ? undefined : await ports.webhooks.judge(body.webhook_url);
  if (forbidden)
    return {
      problem: { ...forbidden, errors: [{ pointer: '/webhook_url', code: forbidden.code }] },
    };
  const { numbers, order, start_at } = prepared.value;
  const found = numbers.ok ? numbers.value : [];
  const call = newCall({ body, key, idempotency_key: undefined }, prepared.value, {
    ...{ now, dedupe_key: undefined },
    phone_numbers: found.map(({ phone_number }) => phone_number),
  });
  const terms = await lookUpTerms(call, found, ports.place);
  const wanted = { numbers: found, at: start_at, terms };
  const verdict = numbers.ok
    ? await judgeNumbers(ports.database, call, wanted, ports.place)
    : { kind: 'refuse' as const, refusal: numbers.failure };
  const [first] = found;
  const facts = { country: first?.country ?? null, language: order.language ?? 'auto' };
  if (verdict.kind === 'refuse') {
    const refusal = shownRefusal(verdict.refusal);
    const { next_allowed_at } = refusal;
    const phone_number = first?.phone_number ?? null;
    const body = { ...facts, allowed: false, refusal, phone_number, cost: null, next_allowed_at };
    return { status: 200, body };
  }
  const { dial_at, cost, phone_numbers } = verdict;
  return {
    status: 200,
    body: {
      ...facts,
      allowed: true,
      refusal: null,
      phone_number: phone_numbers[0],
      cost,
      next_allowed_at: new Date(dial_at).toISOString(),
    },
  };
}

const shownRefusal = ({
  code,
  detail = '',
  next_allowed_at = null,
}: ProblemFailure): NonNullable<Call['refusal']> => ({ rule: code, detail, next_allowed_at });
