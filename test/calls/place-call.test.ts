import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { placeCall } from '../../engine/src/calls/place-call.ts';
import { PlaceCall } from '../../engine/src/contract/place-call.ts';
import { createClock } from '../../engine/src/lib/clock.ts';
import { migrate } from '../../engine/src/store/migrations.ts';
import { openSqlite } from '../../engine/src/store/sqlite.ts';
import { placePorts } from '../place-ports.ts';

it('a request sent again gives the first call back, also when the rules have changed since', async () => {
  const clock = createClock();
  const folder = await mkdtemp(join(tmpdir(), 'recado-place-'));
  const database = await openSqlite({ file: join(folder, 'recado.db'), clock });
  await migrate(database, clock.now());
  try {
    const ports = placePorts(database, clock, { publicUrl: '', fromNumber: '+15005550006' });
    const body = PlaceCall.parse({
      phone_number: '+33199001234',
      task: 'Confirm Friday.',
      schedule: { at: tomorrowNoon(clock.now()) },
    });
    const request = { body, key: { id: 'key_a', mode: 'live' as const }, idempotency_key: 'once' };
    const first = await placeCall(request, ports);
    const strict = { ...ports, settings: { ...ports.settings, allowed_countries: [] } };
    const again = await placeCall(request, strict);
    expect(first).toMatchObject({ ok: true, value: { replayed: false } });
    expect(again).toMatchObject({ ok: true, value: { replayed: true } });
    expect(again.ok && again.value.call.id).toBe(first.ok && first.value.call.id);
    const other = await placeCall({ ...request, idempotency_key: 'another' }, strict);
    expect(other).toMatchObject({ ok: false, failure: { code: 'country_not_allowed' } });
  } finally {
    await database.close();
    await rm(folder, { recursive: true, force: true });
  }
});

const tomorrowNoon = (now: number): string =>
  `${new Date(now + 86_400_000).toISOString().slice(0, 10)}T12:00:00Z`;
