import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { projectRoot } from '../../../../lib/platform/project-root.ts';

const program = join(projectRoot, 'test/platform/application/demo.ts');
const demo = (args: readonly string[], input = '') => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { input, encoding: 'utf8' });
  return { code: status, stdout, stderr };
};

describe('when the demo is given lines that are no events', () => {
  it('publishes nothing and names each', () => {
    const lines = '{"type":"thing.made","data":{}}\nnot json\n{"type":"x"}\n';
    const { code, stdout, stderr } = demo(['--input', '-'], lines);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('standard input has 2 lines that are no events; nothing was published');
    expect(stderr).toContain('line 2: not JSON');
    expect(stderr).toContain('line 3: data: give exactly one of data and bodyBase64');
  }, 180_000);

  it('says so when there is no such file', () => {
    const { code, stderr } = demo(['--input', join(import.meta.dirname, 'missing.ndjson')]);
    expect(code).toBe(2);
    expect(stderr).toContain('missing.ndjson cannot be read: ENOENT');
  }, 180_000);
});
