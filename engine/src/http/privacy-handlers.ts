// What is held on one person, that it is gone, and links to recordings.
import type { CallRecord } from '../calls/call-record.ts';
import type { ProblemFailure } from '../contract/problem.ts';
import { erasePerson } from '../privacy/erase-person.ts';
import { exportPerson } from '../privacy/export-person.ts';
import type { AuditNote } from '../privacy/ports.ts';
import { isLinkValid, linkToken, revokeLinks } from '../privacy/recording-link.ts';
import { keyOf } from './auth.ts';
import type { HandlerPorts } from './ports.ts';
import { readCallRecording } from './read-call-recording.ts';
import type { Handlers } from './routes.ts';
import { viewSuppression } from './suppression-handlers.ts';

type PrivacyHandlers = Pick<
  Handlers,
  'erasePerson' | 'exportPerson' | 'linkRecording' | 'revokeRecordingLinks' | 'getLinkedRecording'
>;

const NOT_FOUND: { problem: ProblemFailure } = { problem: { code: 'not_found' } };

export function privacyHandlers(ports: HandlerPorts): PrivacyHandlers {
  const { privacy, settings, database, clock } = ports;
  const note = (act: AuditNote): Promise<void> =>
    database.transaction((tx) => privacy.audit.record(tx, act));
  return {
    async erasePerson({ body, caller }) {
      const { phone_number, country = settings.default_country } = body;
      const done = await erasePerson({ phone_number, country, key: keyOf(caller) }, privacy);
      if (!done.ok) return { problem: done.failure };
      const { id, erased_at, counts } = done.value;
      return { status: 200, body: { id, erased_at: new Date(erased_at).toISOString(), counts } };
    },
    async exportPerson({ query, caller }) {
      const after = query.cursor === undefined ? null : readCursor(query.cursor);
      if (after === undefined) return { problem: { code: 'invalid_cursor' } };
      const { phone_number, country = settings.default_country } = query;
      const request = { phone_number, country, after, key: keyOf(caller) };
      const done = await exportPerson(request, privacy);
      if (!done.ok) return { problem: done.failure };
      const { suppression, next_after, ...held } = done.value;
      return {
        status: 200,
        body: {
          ...held,
          exported_at: new Date(clock.now()).toISOString(),
          suppression: suppression ? viewSuppression(suppression) : null,
          next_cursor: next_after === null ? null : Buffer.from(next_after).toString('base64url'),
        },
      };
    },
    async linkRecording({ params, body, caller }) {
      const call = await ports.calls.find(database, params.id);
      if (call?.mode !== caller.mode) return NOT_FOUND;
      if (!(await hasRecording(call, ports)))
        return { problem: { code: 'recording_not_available' } };
      const expiresAt = clock.now() + body.expires_in_seconds * 1_000;
      const token = await linkToken(database, call, expiresAt, privacy);
      const expires_at = new Date(expiresAt).toISOString();
      const act = { action: 'recording.linked' as const, object: call.id, detail: { expires_at } };
      await note({ actor: caller.key_id, mode: caller.mode, ...act });
      const url = `${settings.public_url}/v1/recordings/${call.id}/${token}`;
      return { status: 201, body: { url, expires_at } };
    },
    async revokeRecordingLinks({ caller }) {
      await database.transaction(async (tx) => {
        await revokeLinks(tx, caller.mode, privacy);
        const act = { action: 'recording_links.revoked' as const, object: null };
        await privacy.audit.record(tx, { actor: caller.key_id, mode: caller.mode, ...act });
      });
      return { status: 204 };
    },
    async getLinkedRecording({ params: { id, token } }) {
      const call = await ports.calls.find(database, id);
      // Of a call that never was, a link is as wrong as an altered one.
      const valid = call && (await isLinkValid(database, call, token, clock.now(), privacy));
      if (!valid) return { problem: { code: 'link_invalid' } };
      const wav = await readCallRecording(call, ports);
      if (!wav) return { problem: { code: 'recording_not_available' } };
      const act = { action: 'recording.played' as const, object: id };
      await note({ actor: 'link', mode: call.mode, ...act });
      return wav;
    },
  };
}

const hasRecording = async (call: CallRecord, { calls, database }: HandlerPorts) =>
  (await calls.attempts(database, call.id)).some(({ recording }) => recording !== null);

function readCursor(cursor: string): string | undefined {
  const text = Buffer.from(cursor, 'base64url').toString('latin1');
  return /^call_[0-9a-z]{26}$/.test(text) ? text : undefined;
}
