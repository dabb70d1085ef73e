// The simulator as a process of its own. Prints one line of JSON with addresses and credentials, then
// serves until it is told to stop. With --control it is steered and watched over standard input and output (control.ts).
// Arguments: --carrier-port --model-port --rate --anchor --cache-dir --account-sid --auth-token --api-key --from-number --control
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createClock } from '../lib/clock.ts';
import { createLog } from '../lib/log.ts';
import { serveControl, writeSight } from './control.ts';
import { startSimulator } from './index.ts';

const text = { type: 'string' } as const;
const { values } = parseArgs({
  options: {
    'carrier-port': text,
    'model-port': text,
    rate: text,
    anchor: text,
    'cache-dir': text,
    'account-sid': text,
    'auth-token': text,
    'api-key': text,
    'from-number': text,
    control: { type: 'boolean' },
  },
});

const simulator = await startSimulator({
  clock: createClock({
    rate: Number(values.rate ?? '1'),
    ...(values.anchor === undefined ? {} : { anchor: Number(values.anchor) }),
  }),
  // Whoever steers it kills engines on purpose.
  log: createLog({ level: values.control ? 'error' : 'warn' }),
  cacheDir: values['cache-dir'] ?? join(tmpdir(), 'recado-simulated-speech'),
  carrierPort: Number(values['carrier-port'] ?? '0'),
  modelPort: Number(values['model-port'] ?? '0'),
  ...(values['account-sid'] === undefined ? {} : { accountSid: values['account-sid'] }),
  ...(values['auth-token'] === undefined ? {} : { authToken: values['auth-token'] }),
  ...(values['api-key'] === undefined ? {} : { apiKey: values['api-key'] }),
  ...(values['from-number'] === undefined ? {} : { fromNumber: values['from-number'] }),
  ...(values.control ? { watch: (sight) => writeSight(process.stdout, sight) } : {}),
});
process.stdout.write(`${JSON.stringify({ carrier: simulator.carrier, model: simulator.model })}\n`);

const stop = (): void => void simulator.close().then(() => process.exit(0));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
if (values.control) {
  // Whoever steered it is gone.
  process.stdout.once('error', stop);
  serveControl(simulator, { input: process.stdin, output: process.stdout, onEnd: stop });
}
