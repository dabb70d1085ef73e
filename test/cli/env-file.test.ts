import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseEnv } from 'node:util';
import fc from 'fast-check';
import { mergeEnv, writeEnvFile } from '../../engine/src/cli/env-file.ts';

describe('the .env file', () => {
  it('keeps comments, blank lines and settings that are not asked for', () => {
    const before = '# mine\nPORT=9000\n\nexport LOG_LEVEL=debug\n';
    expect(mergeEnv(before, { ORGANISATION: 'Clinic' })).toBe(`${before}ORGANISATION=Clinic\n`);
  });

  it('replaces a setting in its place and drops a second line of the same name', () => {
    expect(mergeEnv('A=1\nB=2\nA=3', { A: '9' })).toBe('A=9\nB=2\n');
  });

  it('writes each value so that it is read back the same', () => {
    const value = fc
      .string({
        unit: fc.oneof(
          fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
          fc.constantFrom('\\n', "'", '"', '#', '$'),
        ),
      })
      .filter(
        (text) =>
          !/[\r\n\0]/.test(text) &&
          !(text.includes("'") && text.includes('"') && text.includes('`')),
      );
    fc.assert(
      fc.property(value, fc.constantFrom('', 'A=old\n', '# A=\nB=c'), (text, before) => {
        expect(parseEnv(mergeEnv(before, { A: text }))['A']).toBe(text);
      }),
    );
  });

  it('refuses a value of two lines, which could smuggle in another setting', () => {
    expect(() => mergeEnv('', { A: 'x\nB=y' })).toThrow('one line');
  });

  it('is readable by its owner only, also when it was open to others before', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'recado-env-'));
    try {
      await writeFile(path.join(folder, '.env'), 'PORT=9000\n', { mode: 0o644 });
      const file = await writeEnvFile(folder, { OPENAI_API_KEY: 'sk-x' });
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      expect(await readFile(file, 'utf8')).toBe('PORT=9000\nOPENAI_API_KEY=sk-x\n');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
