import { describe, expect, it } from '@jest/globals';

const { complaint, run } = (await import('../../../../lib/platform/cli/setup/run.js' as string)) as {
  complaint(output: string): string;
  run(command: string, args: string[]): Promise<string>;
};

describe('a program that fails', () => {
  it('is reported by its own first error, without the noise around it', () => {
    // Of npm 11 and apt 2.6, shortened; addresses made up.
    const npm =
      'npm warn Unknown config\nnpm error code E404\nnpm error 404 Not Found - GET http://r.test/x\nnpm error A complete log';
    expect(complaint(npm)).toBe('404 Not Found - GET http://r.test/x');
    expect(
      complaint('W: cannot find\nE: Failed to fetch http://m.test/InRelease  refused\nE: Some index files failed'),
    ).toBe('Failed to fetch http://m.test/InRelease refused');
    expect(complaint('\n\n')).toBe('');
  });

  it('rejects with that, or with its exit code, or with the reason why it did not start', async () => {
    await expect(run('sh', ['-c', 'echo E: broken >&2; exit 3'])).rejects.toThrow(/^broken$/);
    await expect(run('sh', ['-c', 'exit 3'])).rejects.toThrow('sh ended with exit code 3');
    await expect(run('no-such-program', [])).rejects.toThrow('cannot run no-such-program');
  });

  it('that succeeds gives its output', async () => {
    await expect(run('sh', ['-c', 'echo out; echo err >&2'])).resolves.toBe('out\n');
  });
});
