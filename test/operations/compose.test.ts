// What `docker compose config` would refuse, and what it would not: every name stands for something that exists.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { loadConfig } from '../../engine/src/config.ts';
import { readDockerfile } from './dockerfile.ts';

interface Service {
  image?: string;
  build?: string;
  profiles?: string[];
  environment?: Record<string, string>;
  env_file?: { path: string; required: boolean }[];
  volumes?: string[];
  ports?: string[];
  expose?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[] };
  stop_grace_period?: string;
  [name: string]: unknown;
}

const ROOT = join(import.meta.dirname, '../..');
const text = (path: string): Promise<string> => readFile(join(ROOT, path), 'utf8');

const SETTINGS = {
  DOMAIN: 'recado.example',
  POSTGRES_PASSWORD: 'c0ffee',
  RECADO_SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
};

let services: Record<string, Service>;
let volumes: string[];
beforeAll(async () => {
  const file = parse(await text('compose.yaml')) as {
    services: Record<string, Service>;
    volumes: Record<string, null>;
  };
  expect(Object.keys(file).sort()).toEqual(['services', 'volumes']);
  services = file.services;
  volumes = Object.keys(file.volumes);
});

/** Fills in `${NAME}`, `${NAME:-default}` and `${NAME:?why}` as compose does. */
function filledIn(value: string, env: Readonly<Record<string, string>>): string {
  return value.replaceAll(
    /\$\{(\w+)(?::([-?])([^}]*))?\}/g,
    (_, name: string, how?: string, rest = '') => {
      const given = env[name] ?? '';
      if (given !== '') return given;
      if (how === '?') throw new Error(rest);
      return how === '-' ? rest : '';
    },
  );
}

const KEYS =
  'image build profiles restart init read_only tmpfs cap_drop security_opt stop_grace_period env_file environment volumes ports expose depends_on healthcheck'.split(
    ' ',
  );

it('every key is one of compose, every service has a source, and what depends waits for what is there and healthy', async () => {
  for (const [name, service] of Object.entries(services)) {
    expect(Object.keys(service).filter((key) => !KEYS.includes(key))).toEqual([]);
    expect([name, service.build === undefined, service.image === undefined]).toContain(true);
    if (service.image !== undefined) expect(service.image).toMatch(/^[\w./-]+:[\w.-]+$/);
    for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
      expect(condition).toBe('service_healthy');
      const own = services[other]?.healthcheck?.test;
      const ofImage = (await text('Dockerfile')).includes('HEALTHCHECK');
      expect([other, own !== undefined || (services[other]?.build === '.' && ofImage)]).toEqual([
        other,
        true,
      ]);
    }
  }
});

it('volumes are declared and used, and mounted files exist', () => {
  const mounts = Object.values(services).flatMap((service) => service.volumes ?? []);
  const sources = mounts.map((mount) => mount.split(':')[0] ?? '');
  for (const source of sources)
    expect([
      source,
      source.startsWith('./') ? existsSync(join(ROOT, source)) : volumes.includes(source),
    ]).toEqual([source, true]);
  expect(volumes.filter((name) => !sources.includes(name))).toEqual([]);
  const dataMount = services['engine']?.volumes?.find((mount) => mount.endsWith(':/data'));
  expect(dataMount).toBe('engine-data:/data');
});

it('the engine is given only settings that it knows, and takes them', async () => {
  const engine = services['engine'] ?? {};
  const code = await text('engine/src/config.ts');
  for (const name of Object.keys(engine.environment ?? {}))
    expect(code).toMatch(new RegExp(`^ {2}${name}: `, 'm'));
  const env = Object.fromEntries(
    Object.entries(engine.environment ?? {}).map(([name, value]) => [
      name,
      filledIn(value, SETTINGS),
    ]),
  );
  const config = loadConfig(env);
  expect(config).toMatchObject({
    ok: true,
    value: { publicUrl: 'https://recado.example', webhookAllowedHosts: ['n8n:5678'] },
  });
  expect(env['DATABASE_URL']).toBe('postgres://recado:c0ffee@postgres:5432/recado');
  expect(services['postgres']?.environment).toMatchObject({
    POSTGRES_USER: 'recado',
    POSTGRES_DB: 'recado',
  });
});

it('without its secrets nothing starts, and no secret stands in the file', async () => {
  for (const name of Object.keys(SETTINGS)) {
    const { [name as keyof typeof SETTINGS]: _left, ...others } = SETTINGS;
    const values = Object.values(services).flatMap((service) =>
      Object.values(service.environment ?? {}),
    );
    expect(() => values.map((value) => filledIn(value, others))).toThrow(`Set ${name} in .env`);
  }
  for (const [name, value] of Object.values(services).flatMap((service) =>
    Object.entries(service.environment ?? {}),
  ))
    if (/KEY|TOKEN|PASSWORD|SECRET/.test(name)) expect(value).toMatch(/^\$\{\w+:\?/);
});

it('the proxy reaches the port that the image listens on, keeps sockets, and hides what is for the inside', async () => {
  const exposed = readDockerfile(await text('Dockerfile')).find(
    ({ name }) => name === 'EXPOSE',
  )?.rest;
  expect(services['engine']?.expose).toEqual([exposed]);
  expect(services['engine']?.ports).toBeUndefined();
  const proxy = services['proxy'] ?? {};
  expect(proxy.environment?.['UPSTREAM']).toBe(`engine:${exposed}`);
  expect(proxy.ports).toEqual(['80:80', '443:443']);
  const caddyfile = await text('deploy/Caddyfile');
  const used = [...caddyfile.matchAll(/\{\$(\w+)/g)].map(([, name]) => name);
  expect(Object.keys(proxy.environment ?? {}).sort()).toEqual([...new Set(used)].sort());
  expect(caddyfile).toMatch(/path \/metrics \/readyz\n\s+respond @inside 404/);
  expect(caddyfile).not.toContain('health_');
});

it('the engine may drain before it is killed, and has no rights that it does not need', async () => {
  const engine = services['engine'] ?? {};
  const config = loadConfig({});
  const drainSeconds = config.ok ? config.value.drainSeconds : Number.NaN;
  expect(Number.parseInt(engine.stop_grace_period ?? '', 10)).toBeGreaterThanOrEqual(
    drainSeconds + 20,
  );
  expect(engine).toMatchObject({
    read_only: true,
    init: true,
    tmpfs: ['/tmp'],
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
  });
});

it('n8n comes only when asked for, with its host allowed to be told', () => {
  const n8n = services['n8n'] ?? {};
  expect(n8n.profiles).toEqual(['n8n']);
  const host = new URL(n8n.environment?.['WEBHOOK_URL'] ?? '').host;
  expect(services['engine']?.environment?.['WEBHOOK_ALLOWED_HOSTS']).toContain(`:-${host}}`);
});
