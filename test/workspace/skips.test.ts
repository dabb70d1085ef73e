import { spawnSync } from 'node:child_process';
import { describeWhen, findBinary } from '../skips.ts';

describeWhen('node', 'a suite whose program is installed', (node) => {
  it('runs, and is told where the program lies', () => {
    expect(spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout).toMatch(/^v\d+\./);
  });

  it('would be skipped if the program were nowhere to be found', () => {
    expect(findBinary('no-such-program')).toBeUndefined();
  });
});
