import { readFile } from 'node:fs/promises';
import { API, type Operation } from '../../engine/src/contract/api.ts';
import type { Endpoint } from '../../engine/src/contract/endpoint.ts';
import { PROBLEM_CODES } from '../../engine/src/contract/problem.ts';
import { EXAMPLE_BODIES } from '../../engine/src/http/docs-page.ts';
import { generatedFiles } from '../../engine/src/http/generated-files.ts';
import { createOpenApi } from '../../engine/src/http/openapi.ts';
import { createHttpWorld } from '../http/http-world.ts';

const engine = new URL('../../engine/', import.meta.url);
const text = (path: string) => readFile(new URL(path, engine), 'utf8');
type Node = Record<string, unknown>;

it('the generated files in the repository are what the contract says', async () => {
  const { version } = JSON.parse(await text('package.json')) as { version: string };
  for (const [path, made] of Object.entries(generatedFiles(version))) {
    expect({ path, same: (await text(path)) === made }).toEqual({ path, same: true });
  }
});

it('every reference in the document leads to a schema, and every operation names its problems', () => {
  const document = createOpenApi({ version: '1.0.0' });
  const schemas = Object.keys(document.components?.schemas ?? {});
  const references = [
    ...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g),
  ].map(([, name]) => name);
  expect(references.length).toBeGreaterThan(20);
  for (const name of references) expect(schemas).toContain(name);
  expect(schemas.filter((name) => /^__schema/.test(name))).toEqual([]);
  const operations = Object.values(document.paths ?? {}).flatMap((item) =>
    Object.values(item as Node),
  ) as Node[];
  expect(operations.map((operation) => operation['operationId']).sort()).toEqual(
    Object.keys(API).sort(),
  );
});

it('requests refuse unknown fields and replies promise nothing about them', () => {
  const schemas = createOpenApi({ version: '1.0.0' }).components?.schemas as Record<string, Node>;
  expect(schemas['PlaceCall']?.['additionalProperties']).toBe(false);
  for (const name of ['Call', 'Webhook', 'WebhookFilterOutput', 'Problem', 'Account']) {
    expect({ name, has: schemas[name]?.['additionalProperties'] }).toEqual({
      name,
      has: undefined,
    });
  }
});

it('the examples in the docs are requests that the engine takes', () => {
  const byAddress = Object.fromEntries(
    Object.values<Endpoint>(API).map((endpoint) => [
      `${endpoint.method} ${endpoint.path}`,
      endpoint,
    ]),
  );
  const withBody = Object.entries(byAddress).filter(([, endpoint]) => endpoint.body);
  expect(Object.keys(EXAMPLE_BODIES).sort()).toEqual(withBody.map(([address]) => address).sort());
  for (const [address, endpoint] of withBody)
    expect({ address, ...endpoint.body?.safeParse(EXAMPLE_BODIES[address]) }).toMatchObject({
      address,
      success: true,
    });
});

it('a running engine serves the document and a page with every operation, object and problem', async () => {
  const world = await createHttpWorld({ publicUrl: 'https://recado.example' });
  const document = await world.ask('/openapi.json', { key: null });
  expect(document.json).toMatchObject({
    openapi: '3.1.0',
    servers: [{ url: 'https://recado.example' }],
  });
  const page = await world.ask('/docs', { key: null });
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(page.text).not.toMatch(
    /<script|https?:\/\/(?!recado\.example|yourapp\.example)|undefined|\[object/,
  );
  const ids = [...page.text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const name of Object.keys(API) as Operation[]) expect(ids).toContain(name);
  for (const code of PROBLEM_CODES) expect(ids).toContain(`problem-${code}`);
  for (const [, target] of page.text.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(target);
  const problem = await world.ask('/v1/account', { key: null });
  expect(problem.json['type']).toBe('https://recado.example/docs#problem-unauthenticated');
  await world.close();
});
