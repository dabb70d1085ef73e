import type { Batch, BatchCounts, BatchItem } from '../contract/batch.ts';
import { PROBLEMS } from '../contract/problem.ts';
import type { CallStatus } from '../contract/vocabulary.ts';
import type { BatchRecord, ItemCount, ItemRecord } from './batch-record.ts';

/** Returns the batch as callers see it. */
export function viewBatch(
  batch: BatchRecord,
  counts: readonly ItemCount[],
  parts: { items?: readonly ItemRecord[]; next_cursor?: string | null; replayed?: boolean } = {},
): Batch {
  const { id, name, status, pause_reason, source, mode } = batch;
  return {
    id,
    name,
    status,
    pause_reason,
    counts: viewCounts(batch.total, counts),
    items: parts.items?.map(viewItem) ?? null,
    next_cursor: parts.next_cursor ?? null,
    calls_per_hour: batch.calls_per_hour,
    stop_after_failures: batch.stop_after_failures,
    source,
    mode,
    simulated: batch.network === 'simulated',
    replayed: parts.replayed ?? false,
    created_at: new Date(batch.created_at).toISOString(),
    ended_at: batch.ended_at === null ? null : new Date(batch.ended_at).toISOString(),
  };
}

function viewCounts(total: number, counts: readonly ItemCount[]): BatchCounts {
  const view: BatchCounts = {
    total,
    refused: 0,
    scheduled: 0,
    in_progress: 0,
    ended: 0,
    outcome_groups: { answered: 0, follow_up: 0, not_reached: 0, not_called: 0, problem: 0 },
  };
  for (const { refused, status, outcome_group, count } of counts) {
    view[refused ? 'refused' : placeOf(status)] += count;
    if (outcome_group !== null) view.outcome_groups[outcome_group] += count;
  }
  return view;
}

// An item that is still being placed counts as one that is still to be dialed.
function placeOf(status: CallStatus | null): 'scheduled' | 'in_progress' | 'ended' {
  if (status === null || status === 'scheduled' || status === 'queued') return 'scheduled';
  return status === 'ended' ? 'ended' : 'in_progress';
}

function viewItem({ problem, ...item }: ItemRecord): BatchItem {
  if (problem === null) return { ...item, problem };
  const { code, detail, errors, next_allowed_at } = problem;
  return {
    ...item,
    problem: {
      code,
      ...PROBLEMS[code],
      ...(detail === undefined ? {} : { detail }),
      ...(errors === undefined ? {} : { errors }),
      ...(next_allowed_at === undefined ? {} : { next_allowed_at }),
    },
  };
}
