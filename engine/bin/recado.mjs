#!/usr/bin/env node
// The `recado` command. Plain JavaScript, so that an old Node can still say what it needs.
const [major, minor] = process.versions.node.split('.').map(Number);
const runsTypeScript = major > 23 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18);

if (runsTypeScript) {
  await import('../src/cli/main.ts');
} else {
  console.error(
    `Recado needs Node 24, or any from 22.18 on; this is Node ${process.versions.node}.\n` +
      'Install Node 24 from https://nodejs.org. In a clone of the repository `npm run demo` brings its own.',
  );
  process.exitCode = 1;
}
