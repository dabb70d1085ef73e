// Checks what no other tool sees: how long files are, and that time, randomness and the environment have one source.
import fs from 'node:fs';
import path from 'node:path';

const FOLDERS = [
  'engine/src',
  'engine/scripts',
  'engine/bin',
  'scripts',
  'test',
  'n8n-nodes',
  'zapier-app',
  'make-app',
];
const SKIPPED = new Set(['node_modules', 'dist', 'build', 'coverage']);
const SOURCE = /\.(ts|tsx|mts|mjs|js)$/;
const GENERATED = /\.gen\.(ts|js)$/;

// A story told from end to end may be longer than a source file.
const LINES = { source: { warn: 300, fail: 400 }, test: { warn: 500, fail: 800 } };

const PLACES = [
  {
    pattern: /\bprocess\.env\b/,
    home: /^engine\/src\/config\.ts$/,
    advice: 'read it in engine/src/config.ts and pass the value on.',
  },
  {
    pattern:
      /\b(Date\.now|setTimeout|setInterval|Math\.random|randomUUID|randomBytes|randomInt|getRandomValues|performance\.now)\b|\bnew Date\(\)|node:timers/,
    // The client is shipped without the engine, so it has no lib to ask for the time.
    home: /^engine\/src\/(lib|client)\//,
    advice:
      'time and timers come from the Clock of engine/src/lib/clock.ts, ids and secrets from lib/id.ts.',
  },
];

const files = FOLDERS.flatMap(filesUnder).filter(
  (file) => SOURCE.test(file) && !GENERATED.test(file),
);
const failures = files.flatMap((file) => {
  const lines = fs.readFileSync(file, 'utf8').trimEnd().split('\n');
  return [...tooLong(file, lines), ...outOfPlace(file, lines)];
});
for (const failure of failures) console.error(failure);
console.log(`${files.length} files, ${failures.length} breaches`);
process.exitCode = failures.length > 0 ? 1 : 0;

function filesUnder(folder) {
  if (!fs.existsSync(folder)) return [];
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (SKIPPED.has(entry.name)) return [];
    const place = path.posix.join(folder, entry.name);
    return entry.isDirectory() ? filesUnder(place) : [place];
  });
}

function tooLong(file, lines) {
  const { warn, fail } = file.startsWith('test/') ? LINES.test : LINES.source;
  if (lines.length > fail)
    return [`${file}: ${lines.length} lines, at most ${fail}: split it by what it does.`];
  if (lines.length > warn)
    console.warn(`warning: ${file}: ${lines.length} lines, better below ${warn}.`);
  return [];
}

function outOfPlace(file, lines) {
  if (!file.startsWith('engine/src/')) return [];
  return PLACES.filter(({ home }) => !home.test(file)).flatMap(({ pattern, advice }) =>
    lines.flatMap((line, index) => {
      const found = pattern.exec(withoutComment(line));
      return found ? [`${file}:${index + 1}: ${found[0]}: ${advice}`] : [];
    }),
  );
}

/** A word in a comment is no use of it. */
function withoutComment(line) {
  return /^\s*(\*|\/\*)/.test(line) ? '' : line.replace(/(^|\s)\/\/.*$/, '');
}
