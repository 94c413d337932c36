import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';

const simulate = (...options: string[]) =>
  spawnSync(process.execPath, [join(import.meta.dirname, 'main.ts'), ...options], { encoding: 'utf8' });

it.each([
  ['--from', '0', '--from is "0"; it takes a whole number from 1'],
  ['--seeds', 'many', '--seeds is "many"; it takes a whole number from 1'],
  ['--seed', '1', "Unknown option '--seed'"],
])('npm run simulate -- %s %s is refused with the reason and the usage', (option, value, reason) => {
  const { status, stderr } = simulate(option, value);
  expect(stderr).toContain(reason);
  expect(stderr).toContain('--seeds N');
  expect(stderr).not.toContain('    at ');
  expect(status).toBe(2);
});

it('a seed that is lived through twice is told in the same words', () => {
  const run = () => {
    const { status, stdout } = simulate('--seeds', '3', '--from', '11', '--json');
    const { seconds, ...report } = JSON.parse(stdout) as { seconds: number };
    return { status, report };
  };
  expect(run()).toEqual(run());
});
