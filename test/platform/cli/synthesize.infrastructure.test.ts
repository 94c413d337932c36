import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { synthesize } from '../../../lib/platform/cli/synthesize.ts';
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
});
