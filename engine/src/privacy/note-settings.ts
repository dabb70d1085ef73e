// Tells the log of acts which settings of the engine are not what they were at its last start.
import type { Database } from '../lib/database.ts';
import type { Audit, KeptTexts } from './ports.ts';

const NAME = 'audited_settings';

/** Settings as they are told: texts, numbers and lists, never a secret. */
export type ToldSettings = Readonly<Record<string, unknown>>;

/** Records what changed, once, also when several nodes start at once with the same settings. */
export async function noteSettings(
  settings: ToldSettings,
  { database, keptTexts, audit }: { database: Database; keptTexts: KeptTexts; audit: Audit },
): Promise<void> {
  const text = JSON.stringify(settings);
  if ((await keptTexts.get(database, NAME)) === text) return;
  await database.transaction(async (tx) => {
    const before = JSON.parse((await keptTexts.get(tx, NAME)) ?? '{}') as Record<string, unknown>;
    const detail = changesOf(before, settings);
    if (Object.keys(detail).length === 0) return;
    await keptTexts.set(tx, NAME, text);
    const act = { action: 'settings.changed' as const, object: null };
    await audit.record(tx, { actor: 'engine', mode: null, ...act, detail });
  });
}

function changesOf(before: Record<string, unknown>, after: ToldSettings): Record<string, unknown> {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  const changed = names.filter(
    (name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]),
  );
  return Object.fromEntries(
    changed.map((name) => [name, { before: before[name] ?? null, after: after[name] ?? null }]),
  );
}
