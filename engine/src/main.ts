// The edge of the process when the engine runs as a server of its own, such as in a container.
import { join } from 'node:path';
import { loadConfig, readEnvironment } from './config.ts';
import { createEngine } from './engine.ts';

const config = loadConfig(readEnvironment());
if (!config.ok) {
  for (const { name, detail } of config.failure) process.stderr.write(`${name}: ${detail}\n`);
  process.exit(2);
}

const engine = await createEngine(config.value);
const { url, first_key } = await engine.start();
// Where it is kept, not the key itself: what a container prints is kept by many.
const made =
  first_key === undefined ? {} : { first_key_file: join(config.value.dataDir, 'first-key') };
process.stdout.write(`${JSON.stringify({ url, ...made })}\n`);

let isStopping = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // Whoever asks twice does not want to wait for live calls.
    if (isStopping) process.exit(130);
    isStopping = true;
    engine
      .drain()
      .then(() => engine.stop())
      .then(
        () => process.exit(0),
        () => process.exit(1),
      );
  });
}
