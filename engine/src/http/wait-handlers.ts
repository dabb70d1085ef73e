// The operations on waits: each asks a verb and shapes its answer.
import type { Call } from '../contract/call.ts';
import type { ProblemFailure } from '../contract/problem.ts';
import { isOpenedBy, withdrawWait } from '../waits/close-wait.ts';
import { createWait } from '../waits/create-wait.ts';
import { viewWait } from '../waits/view-wait.ts';
import { keyOf } from './auth.ts';
import { readPlace } from './page-cursor.ts';
import type { HandlerPorts } from './ports.ts';
import { presentCall } from './present-call.ts';
import type { Handlers } from './routes.ts';

type WaitHandlers = Pick<Handlers, 'createWait' | 'getWait' | 'lookAtWait' | 'withdrawWait'>;

export function waitHandlers(ports: HandlerPorts): WaitHandlers {
  const { database, settings } = ports;
  const { waits } = ports.wait;
  return {
    async createWait({ body, caller }) {
      const created = await createWait(body, keyOf(caller), ports.wait);
      if (!created.ok) return { problem: created.failure };
      if (created.value.over)
        return { status: 200, body: { calls: await present(created.value.call_ids, ports) } };
      const { wait, secret, ended } = created.value;
      const location = `${settings.public_url}/waits/${wait.id}/${secret}`;
      return {
        status: 201,
        body: { ...viewWait(wait, ended), location },
        headers: { location },
      };
    },
    async getWait({ params, query, caller }) {
      const from = readPlace(query.cursor);
      if (from === null) return { problem: { code: 'invalid_cursor' } };
      const wait = await waits.find(database, params.id);
      if (wait?.mode !== caller.mode) return NOT_FOUND;
      const ids = await waits.callIds(database, wait.id, from, query.limit);
      const next = from + ids.length;
      const body = {
        ...viewWait(wait, await waits.countEnded(database, wait.id)),
        calls: await present(ids, ports),
        next_cursor: ids.length > 0 && next < wait.total ? String(next) : null,
      };
      return { status: 200, body };
    },
    async lookAtWait({ params }) {
      const wait = await waits.find(database, params.id);
      if (!isOpenedBy(wait, params.token)) return NOT_FOUND;
      const body = viewWait(wait, await waits.countEnded(database, wait.id));
      return { status: 200, body, headers: NOT_KEPT };
    },
    async withdrawWait({ params }) {
      return (await withdrawWait(params.id, params.token, ports.wait))
        ? { status: 204 }
        : NOT_FOUND;
    },
  };
}

const NOT_FOUND: { problem: ProblemFailure } = { problem: { code: 'not_found' } };
const NOT_KEPT = { 'cache-control': 'no-store' };

// A call that was erased meanwhile is left out.
async function present(callIds: readonly string[], ports: HandlerPorts): Promise<Call[]> {
  const calls: Call[] = [];
  for (const id of callIds) {
    const call = await ports.calls.find(ports.database, id);
    if (call) calls.push(await presentCall(call, ports));
  }
  return calls;
}
