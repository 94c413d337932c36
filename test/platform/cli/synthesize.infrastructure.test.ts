import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { synthesize } from '../../../lib/platform/cli/synthesize.ts';
import { readAssembly } from '../../../lib/platform/local/assembly/read-assembly.ts';
import { project } from '../application/project.ts';

const folder = mkdtempSync(join(tmpdir(), 'synthesize-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('what npm start and npm run demo synthesize', () => {
  it('is not validated, which takes longer than all else', async () => {
    await synthesize(project, folder, { env: 'local', 'aws:cdk:bundling-stacks': [] });
    expect(existsSync(join(folder, 'manifest.json'))).toBe(true);
    // Where templates are validated it is there: test/platform/policy/findings.infrastructure.test.ts reads it.
    expect(existsSync(join(folder, 'validation-report.json'))).toBe(false);
  });

  it('says of which handler file each function is the bundle, beside the templates and not in them', () => {
    const { stacks } = readAssembly(folder);
    const entries = stacks.flatMap(({ entries }) => [...entries.values()]);
    expect(entries).toContain('test/platform/application/functions/keep-thing/handler.ts');
    expect(entries).toContain('lib/platform/functions/topology/handler.ts');
    for (const { template, entries } of stacks) {
      for (const logicalId of entries.keys())
        expect(template.Resources?.[logicalId]?.Type).toBe('AWS::Lambda::Function');
      expect(JSON.stringify(template)).not.toContain('handler.ts');
    }
  });
});
