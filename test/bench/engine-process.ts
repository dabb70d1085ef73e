// The engine as it ships, in a process that is measured, with enough keys that no key's own limit is met.
import { loadConfig } from '../../engine/src/config.ts';
import { createEngine } from '../../engine/src/engine.ts';
import { makeKey } from '../../engine/src/http/api-key.ts';
import { ownSettings, serveMeasured } from './measured.ts';

export interface EngineFacts {
  url: string;
  keys: string[];
}

const settings = ownSettings<{ env: Record<string, string>; keys: number }>();
const config = loadConfig(settings.env);
if (!config.ok) throw new Error(JSON.stringify(config.failure));
const engine = await createEngine(config.value);
const { url } = await engine.start();
const keys: string[] = [];
for (let at = 0; at < settings.keys; at++) {
  const { key, ...stored } = makeKey('test');
  await engine.keys.add({ ...stored, name: `bench ${at}` });
  keys.push(key);
}
serveMeasured({ url, keys } satisfies EngineFacts, () => engine.stop());
