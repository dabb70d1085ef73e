// A call speaks by the version of its agent that is published when the phone first rings, unless the request names one.
import type { Clock } from '../lib/clock.ts';
import type { Transaction } from '../lib/database.ts';
import type { CallOrder, CallRecord } from './call-record.ts';
import type { Agents, CallStore, Settings } from './ports.ts';
import { prepareCall } from './prepare-call.ts';

export interface RenewPorts {
  agents: Agents;
  calls: CallStore;
  settings: Settings;
  clock: Clock;
}

/**
 * Returns the call as it is to be spoken now. What the rules judged and what may be spent stays as it was accepted; a
 * version that the call's own variables do not fill changes nothing, because an accepted call is made.
 */
export async function renewAgent(
  tx: Transaction,
  call: CallRecord,
  { agents, calls, settings, clock }: RenewPorts,
): Promise<CallRecord> {
  const kept = call.order.agent;
  if (call.agent_id === null || !kept || kept.pinned) return call;
  const agent = await agents.findVersion(tx, call.agent_id);
  if (!agent || agent.version === call.agent_version) return call;
  const phone_number = call.phone_number ?? '';
  const prepared = prepareCall(
    { ...kept.asked, phone_number },
    { settings, mode: call.mode, now: clock.now(), agent },
  );
  if (!prepared.ok) return call;
  const { task, variables, order } = prepared.value;
  const change: Partial<CallRecord> = {
    ...{ task, variables, agent_version: agent.version, language: order.language },
    result_status: order.result_schema ? 'pending' : 'not_requested',
    order: { ...call.order, ...spokenOf(order) },
  };
  await calls.update(tx, call.id, [call.status], change);
  return { ...call, ...change };
}

const SPOKEN = [
  'on_behalf_of',
  'outcomes',
  'own_outcomes',
  'success_outcomes',
  'questions',
  'result_schema',
  'first_message',
  'voice',
  'language',
  'report_language',
  'recording',
] as const satisfies readonly (keyof CallOrder)[];

const spokenOf = (order: CallOrder): Partial<CallOrder> =>
  Object.fromEntries(SPOKEN.map((field) => [field, order[field]]));
