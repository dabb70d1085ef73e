import { type BadInputWorld, createBadInputWorld } from '../bad-input/bad-input-world.ts';

let world: BadInputWorld;
beforeAll(async () => {
  world = await createBadInputWorld({ DEFAULT_COUNTRY: 'PT' });
});
afterAll(() => world.close());

const send = (text: string, headers: Record<string, string> = { 'content-type': 'text/csv' }) =>
  world.send('importSuppressions', { path: '/v1/suppressions/import', body: text, headers });
const check = async (phoneNumber: string) =>
  world.client.checkSuppression({ query: { phone_number: phoneNumber } }) as Promise<{
    suppressed: boolean;
    suppression: { reason: string; note: string | null; source: string } | null;
  }>;
const exported = async (): Promise<string> => {
  const answer = await fetch(`${world.url}/v1/suppressions/export`, {
    headers: { authorization: `Bearer ${world.apiKey}` },
  });
  expect(answer.headers.get('content-type')).toBe('text/csv');
  expect(answer.headers.get('content-disposition')).toContain('attachment');
  return answer.text();
};

it('a number is added once, in whatever form it is written, found in every form, and taken off again', async () => {
  const add = (phone_number: string) =>
    world.send('addSuppression', {
      path: '/v1/suppressions',
      body: { phone_number, note: 'by mail' },
    });
  const first = await add('912 345 670');
  expect(first.status).toBe(201);
  expect(first.json['phone_number']).toBe('+351912345670');
  const again = await add('+351 (912) 345-670');
  expect([again.status, again.json.id]).toEqual([200, first.json.id]);
  expect(await check('00351912345670'.replace('00', '+'))).toMatchObject({
    suppressed: true,
    suppression: { reason: 'requested', note: 'by mail', source: 'api' },
  });
  const gone = await world.send('removeSuppression', {
    path: `/v1/suppressions/${first.json.id}`,
    method: 'DELETE',
  });
  expect(gone.status).toBe(204);
  expect((await check('+351912345670')).suppressed).toBe(false);
  await add('+351912345670');
  const byNumber = { path: '/v1/suppressions?phone_number=912345670', method: 'DELETE' };
  expect((await world.send('removeSuppressionByNumber', byNumber)).status).toBe(204);
  expect((await world.send('removeSuppressionByNumber', byNumber)).status).toBe(404);
});

it('a number that is none is refused by name of the field', async () => {
  const bad = await world.send('addSuppression', {
    path: '/v1/suppressions',
    body: { phone_number: '112' },
  });
  expect([bad.status, bad.json.code]).toEqual([422, 'invalid_phone_number']);
  const unknown = await world.send('addSuppression', {
    path: '/v1/suppressions',
    body: { phone_number: '+351912345671', mode: 'live' },
  });
  expect(unknown.json.errors[0]?.pointer).toBe('/mode');
});

it('the list comes in pages that new entries do not shift', async () => {
  for (const digit of [1, 2, 3, 4, 5])
    await world.client.addSuppression({ body: { phone_number: `+35191200000${digit}` } });
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = (await world.client.listSuppressions({
      query: { limit: 2, ...(cursor ? { cursor } : {}) },
    })) as { suppressions: { id: string }[]; next_cursor: string | null };
    seen.push(...page.suppressions.map(({ id }) => id));
    cursor = page.next_cursor ?? undefined;
    if (seen.length === 2)
      await world.client.addSuppression({ body: { phone_number: '+351912000006' } });
  } while (cursor !== undefined);
  expect(new Set(seen).size).toBe(seen.length);
  expect(seen.length).toBe(5);
});

it('an import takes the good rows, tells each bad one with its line, and adds nothing the second time', async () => {
  const file = [
    '\uFEFFnote,Phone_Number,reason,extra',
    '"asked, by mail",912 111 111,requested,1',
    ',+351912111112,,',
    '',
    'x,123,,',
    'x,+351912111113,nonsense,',
    '"two',
    'lines",+351912111114,other,',
    ',,,',
    ",'+351912111115,other,",
  ].join('\r\n');
  const first = await send(file);
  expect(first.status).toBe(200);
  expect(first.json).toMatchObject({ rows: 7, added: 3, known: 0, refused: 4 });
  expect(
    first.json.errors.map((row) => [(row as unknown as { line: number }).line, row.code]),
  ).toEqual([
    [5, 'invalid_phone_number'],
    [6, 'invalid_value'],
    [8, 'invalid_value'],
    [9, 'required'],
  ]);
  expect(await check('912111111')).toMatchObject({
    suppression: { reason: 'requested', note: 'asked, by mail', source: 'import' },
  });
  expect(await check('912111112')).toMatchObject({ suppression: { reason: 'imported' } });
  expect((await send(file)).json).toMatchObject({ rows: 7, added: 0, known: 3, refused: 4 });
});

it('a file that is no list of numbers is refused as a whole', async () => {
  const codes = async (text: string, headers?: Record<string, string>) => {
    const { status, json } = await send(text, headers);
    return [status, json.code];
  };
  expect(await codes('name,number\n"x",1')).toEqual([400, 'malformed_csv']);
  expect(await codes('phone_number\n"never closed')).toEqual([400, 'malformed_csv']);
  expect(await codes('phone_number', { 'content-type': 'application/json' })).toEqual([
    415,
    'unsupported_media_type',
  ]);
  expect(await codes(`phone_number\n${'x'.repeat(1_048_576)}`)).toEqual([413, 'payload_too_large']);
  const many = `phone_number\n${'1\n'.repeat(20_001)}`;
  expect(await codes(many)).toEqual([400, 'malformed_csv']);
});

it('O2 an exported cell never runs as a formula in a spreadsheet, and the file imported elsewhere gives the same list', async () => {
  const notes = ['=HYPERLINK("http://x")', '+1', '-2', '@x', 'a "quoted", cell', 'olá'];
  for (const [at, note] of notes.entries())
    await world.client.addSuppression({
      body: { phone_number: `+35191300000${at}`, note },
    });
  const refused = await world.send('addSuppression', {
    path: '/v1/suppressions',
    body: { phone_number: '+351913000009', note: 'tab\tand NUL\u0000' },
  });
  expect(refused.json.code).toBe('invalid_request');
  const file = await exported();
  const lines = file.split('\r\n').filter((line) => line !== '');
  expect(lines.every((line) => line.startsWith('"') && line.endsWith('"'))).toBe(true);
  expect(file).not.toMatch(/(^|,|\n)"[=+\-@\t\r]/);
  expect(file).toContain(`"'=HYPERLINK(""http://x"")"`);

  const other = await createBadInputWorld();
  try {
    const done = await other.send('importSuppressions', {
      path: '/v1/suppressions/import',
      body: file,
      headers: { 'content-type': 'text/csv; charset=utf-8' },
    });
    expect(done.json).toMatchObject({ refused: 0, added: lines.length - 1 });
    const found = (await other.client.listSuppressions({ query: { limit: 100 } })) as {
      suppressions: { phone_number: string; note: string | null; reason: string }[];
    };
    const mine = (await world.client.listSuppressions({
      query: { limit: 100 },
    })) as typeof found;
    const plain = (list: typeof found) =>
      list.suppressions
        .map(({ phone_number, note, reason }) => JSON.stringify([phone_number, note, reason]))
        .sort();
    expect(plain(found)).toEqual(plain(mine));
  } finally {
    await other.close();
  }
});

it('an entry whose number was erased still counts and is exported as erased', async () => {
  await world.client.addSuppression({
    body: { phone_number: '+351914000001', note: 'Rui' },
  });
  await world.client.erasePerson({ body: { phone_number: '+351914000001' } });
  expect(await check('914000001')).toMatchObject({
    suppressed: true,
    suppression: { phone_number: null, note: null },
  });
  const file = await exported();
  expect(file).toContain('"erased"');
  expect(file).not.toContain('914000001');
  const back = await send(file);
  expect(back.json.errors.map(({ code }) => code)).toEqual(['erased']);
});
