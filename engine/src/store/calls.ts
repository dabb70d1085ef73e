import type { AnswerRecord, AttemptRecord, CallRecord, TurnRecord } from '../calls/call-record.ts';
import type { CallStore } from '../calls/ports.ts';
import type { Queryable, Row, SqlValue } from '../lib/database.ts';
import { sha256Hex } from '../lib/id.ts';
import { assignments, insertText, rowCodec } from './row-codec.ts';
import { lockIn } from './sql-text.ts';

/** The tables of calls, attempts, turns and answers. */
export const callStore: CallStore = {
  async insert(tx, call) {
    const { sql, values } = insertText('calls', callCodec.toRow(call));
    const added = await tx.query(
      `${sql} ON CONFLICT (key_id, idempotency_key) DO NOTHING RETURNING id`,
      values,
    );
    if (added.length === 0) return false;
    await addMetadata(tx, call);
    await addNumbers(tx, call);
    return true;
  },
  async find(on, callId) {
    const [row] = await on.query(`SELECT * FROM calls WHERE id = $1${lockIn(on)}`, [callId]);
    return row && callCodec.fromRow(row);
  },
  async findByIdempotencyKey(on, keyId, idempotencyKey) {
    const [row] = await on.query(
      `SELECT * FROM calls WHERE key_id = $1 AND idempotency_key IN ($2, $3)${lockIn(on)}`,
      [keyId, idempotencyKey, erasedKey(idempotencyKey)],
    );
    return row && callCodec.fromRow(row);
  },
  async findOpenByReference(on, mode, reference) {
    const rows = await on.query(
      `SELECT * FROM calls WHERE reference = $1 AND mode = $2 AND status <> 'ended' ORDER BY created_at DESC, id DESC LIMIT 100`,
      [reference, mode],
    );
    return rows.map(callCodec.fromRow);
  },
  async findOpenByNumber(on, phoneNumber, limit) {
    const rows = await on.query(
      `SELECT * FROM calls WHERE phone_number = $1 AND status <> 'ended' ORDER BY created_at, id LIMIT $2`,
      [phoneNumber, limit],
    );
    return rows.map(callCodec.fromRow);
  },
  async dialTimes(on, { phone_number, network, from, to, except }) {
    const times = await on.query<{ at: number }>(
      `SELECT * FROM (SELECT started_at AS at FROM attempts WHERE phone_number = $1 AND started_at > $2 AND network = $3 AND direction = 'outbound'
         AND (carrier_call_id IS NOT NULL OR status <> 'ended') ORDER BY started_at DESC LIMIT 20) AS dialed
       UNION ALL
       SELECT * FROM (SELECT COALESCE(scheduled_at, created_at) AS at FROM calls WHERE phone_number = $1 AND network = $3
         AND status IN ('scheduled', 'queued') AND id <> $4 LIMIT 20) AS waiting`,
      [phone_number, from, network, except ?? ''],
    );
    return times
      .map(({ at }) => Number(at))
      .filter((at) => at > from && at <= to)
      .sort((a, b) => a - b);
  },
  async lastFromNumber(on, network, phoneNumber) {
    const [row] = await on.query<{ from_number: string }>(
      'SELECT from_number FROM attempts WHERE phone_number = $1 AND network = $2 ORDER BY started_at DESC LIMIT 1',
      [phoneNumber, network],
    );
    return row?.from_number;
  },
  async update(tx, callId, from, change) {
    if (from.length === 0) return false;
    const set = assignments(callCodec.toRow(change), from.length + 2);
    const marks = from.map((_, at) => `$${at + 2}`).join(', ');
    const rows = await tx.query(
      `UPDATE calls SET ${set.sql || 'id = id'} WHERE id = $1 AND status IN (${marks}) RETURNING id`,
      [callId, ...from, ...set.values],
    );
    return rows.length === 1;
  },

  async insertAttempt(tx, attempt) {
    const { sql, values } = insertText('attempts', attemptCodec.toRow(attempt));
    await tx.query(sql, values);
  },
  async findAttempt(on, attemptId) {
    const [row] = await on.query(`SELECT * FROM attempts WHERE id = $1${lockIn(on)}`, [attemptId]);
    return row && attemptCodec.fromRow(row);
  },
  async findAttemptByToken(on, tokenHash) {
    const [row] = await on.query(`SELECT * FROM attempts WHERE token_hash = $1${lockIn(on)}`, [
      tokenHash,
    ]);
    return row && attemptCodec.fromRow(row);
  },
  async isBound(on, carrierCallId) {
    const rows = await on.query('SELECT id FROM attempts WHERE carrier_call_id = $1', [
      carrierCallId,
    ]);
    return rows.length > 0;
  },
  async findAttemptByMediaToken(on, mediaTokenHash) {
    const [row] = await on.query(
      `SELECT * FROM attempts WHERE media_token_hash = $1${lockIn(on)}`,
      [mediaTokenHash],
    );
    return row && attemptCodec.fromRow(row);
  },
  async attempts(on, callId) {
    const rows = await on.query('SELECT * FROM attempts WHERE call_id = $1 ORDER BY number', [
      callId,
    ]);
    return rows.map(attemptCodec.fromRow);
  },
  async updateAttempt(tx, attemptId, change, only = {}) {
    const set = assignments(attemptCodec.toRow(change), 2);
    const conditions = attemptConditions(only, set.values.length + 2);
    const rows = await tx.query(
      `UPDATE attempts SET ${set.sql || 'id = id'} WHERE id = $1 AND status <> 'ended'${conditions.sql} RETURNING id`,
      [attemptId, ...set.values, ...conditions.values],
    );
    return rows.length === 1;
  },
  async orphans(on, limit) {
    const rows = await on.query(
      `SELECT attempts.* FROM attempts LEFT JOIN nodes ON nodes.id = attempts.node_id
       WHERE attempts.status <> 'ended' AND nodes.id IS NULL ORDER BY attempts.started_at LIMIT $1`,
      [limit],
    );
    return rows.map(attemptCodec.fromRow);
  },

  async addTurn(tx, turn) {
    const { sql, values } = insertText('turns', turnCodec.toRow(turn));
    await tx.query(`${sql} ON CONFLICT (call_id, attempt_id, idx) DO NOTHING`, values);
  },
  async turns(on, callId) {
    const rows = await on.query(
      `SELECT turns.* FROM turns LEFT JOIN attempts ON attempts.id = turns.attempt_id
       WHERE turns.call_id = $1 ORDER BY COALESCE(attempts.number, 0), turns.idx`,
      [callId],
    );
    // Kept per attempt, counted over the call.
    return rows.map((row, index) => ({ ...turnCodec.fromRow(row), index }));
  },
  // The last word on a question counts: people correct themselves.
  async addAnswer(tx, answer) {
    const { sql, values } = insertText('answers', answerCodec.toRow(answer));
    await tx.query(
      `${sql} ON CONFLICT (call_id, field) DO UPDATE SET value = excluded.value, quote = excluded.quote`,
      values,
    );
  },
  async answers(on, callId) {
    const rows = await on.query('SELECT * FROM answers WHERE call_id = $1 ORDER BY field', [
      callId,
    ]);
    return rows.map(answerCodec.fromRow);
  },
};

/** Returns what stands for an Idempotency-Key once the person was erased: the same request still finds its call. */
export const erasedKey = (idempotencyKey: string): string => `erased:${sha256Hex(idempotencyKey)}`;

// A call that has one number is found by its own column.
async function addNumbers(tx: Queryable, call: CallRecord): Promise<void> {
  for (const phone_number of call.order.phone_numbers.slice(1))
    await tx.query(
      'INSERT INTO call_numbers (phone_number, call_id) VALUES ($1, $2) ON CONFLICT DO NOTHING',
      [phone_number, call.id],
    );
}

// Beside the call for filters; the call itself holds the values as they came.
async function addMetadata(tx: Queryable, call: CallRecord): Promise<void> {
  const entries = Object.entries(call.metadata);
  if (entries.length === 0) return;
  const marks = entries.map((_, at) => `($1, $${at * 2 + 2}, $${at * 2 + 3})`).join(', ');
  await tx.query(`INSERT INTO call_metadata (call_id, name, value) VALUES ${marks}`, [
    call.id,
    ...entries.flatMap(([name, value]) => [name, String(value)]),
  ]);
}

function attemptConditions(
  only: {
    carrier_call_id?: string | null;
    media_token_hash?: string;
    report_sequence_below?: number;
  },
  first: number,
): { sql: string; values: SqlValue[] } {
  const values: SqlValue[] = [];
  let sql = '';
  const add = (text: string, value: SqlValue): void => {
    sql += ` AND ${text} $${first + values.length}`;
    values.push(value);
  };
  if (only.carrier_call_id === null) sql += ' AND carrier_call_id IS NULL';
  else if (only.carrier_call_id !== undefined) add('carrier_call_id =', only.carrier_call_id);
  if (only.media_token_hash !== undefined) add('media_token_hash =', only.media_token_hash);
  if (only.report_sequence_below !== undefined)
    add('report_sequence <', only.report_sequence_below);
  return { sql, values };
}

export const callCodec = rowCodec<CallRecord>({
  columns: [
    'id',
    'mode',
    'network',
    'key_id',
    'status',
    'outcome',
    'outcome_group',
    'outcome_evidence',
    'successful',
    'reached',
    'end_reason',
    'answered_by',
    'retryable',
    'retry_not_before',
    'refusal',
    'phone_number',
    'recipient_name',
    'task',
    'agent_id',
    'agent_version',
    'variables',
    'language',
    'result',
    'result_status',
    'result_evidence',
    'answers_text',
    'summary',
    'next_steps',
    'chosen_time',
    'preferred_times',
    'callback_at',
    'reference',
    'tag',
    'metadata',
    'source',
    'cost',
    'latency',
    'created_at',
    'scheduled_at',
    'started_at',
    'answered_at',
    'ended_at',
    'duration_seconds',
    'disclosure_played_at',
    'cancel_requested_at',
    'batch_id',
    'batch_index',
    'returned_from',
    'dedupe_key',
    'order',
    'idempotency_key',
    'fingerprint',
  ],
  json: [
    'outcome_evidence',
    'refusal',
    'variables',
    'result',
    'result_evidence',
    'next_steps',
    'preferred_times',
    'metadata',
    'cost',
    'latency',
    'order',
  ],
  booleans: ['successful', 'reached', 'retryable'],
  renamed: { order: 'call_order' },
});

const attemptCodec = rowCodec<AttemptRecord>({
  columns: [
    'id',
    'call_id',
    'number',
    'direction',
    'network',
    'status',
    'from_number',
    'phone_number',
    'answered_by',
    'end_reason',
    'started_at',
    'answered_at',
    'ended_at',
    'duration_seconds',
    'node_id',
    'dial_before',
    'carrier_name',
    'carrier_call_id',
    'carrier_code',
    'sip_code',
    'report_sequence',
    'token_hash',
    'media_token_hash',
    'media_started_at',
    'recording',
  ],
});

const turnCodec = rowCodec<TurnRecord>({
  columns: [
    'call_id',
    'attempt_id',
    'index',
    'speaker',
    'text',
    'started_ms',
    'ended_ms',
    'interrupted',
  ],
  booleans: ['interrupted'],
  renamed: { index: 'idx' },
});

const answerCodec = rowCodec<AnswerRecord>({
  columns: ['call_id', 'field', 'value', 'quote'],
  json: ['value'],
});

export const callFromRow = (row: Row): CallRecord => callCodec.fromRow(row);
