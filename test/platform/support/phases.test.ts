import { describe, expect, it } from '@jest/globals';
import { type Part, type Phase, phasesOf } from './phases.ts';

const files = [
  'test/functions/events.test.ts',
  'test/functions/app.infrastructure.test.ts',
  'test/functions/acceptance/when-the-demo-runs.test.ts',
  'test/platform/imports.test.ts',
  'test/platform/acceptance/when-publishing.every-version.test.ts',
];
const [unit, infrastructure, acceptance, imports, publishing] = files;
const filesOf = (part: Part, asked = files) => phasesOf(part, asked).map((phase) => phase.files);

/** As jest reads the patterns, in a folder whose own name looks like a part. */
const root = '/home/me/test/platform/acceptance-of/shop';
const left = ({ leaveOut }: Phase): readonly string[] =>
  files.filter((file) =>
    leaveOut.every((pattern) => !new RegExp(pattern.replace('<rootDir>', root)).test(`${root}/${file}`)),
  );

describe('the phases of a test run', () => {
  it('are yours that need no broker, then all others', () => {
    expect(filesOf('all')).toEqual([
      [unit, infrastructure],
      [acceptance, imports, publishing],
    ]);
  });

  it('are yours only, or the platform’s only, where that is asked for', () => {
    expect(filesOf('app')).toEqual([[unit, infrastructure], [acceptance]]);
    expect(filesOf('platform')).toEqual([[imports, publishing]]);
  });

  it('are left out where nothing of them was asked for', () => {
    expect(filesOf('all', [imports ?? ''])).toEqual([[imports]]);
    expect(filesOf('app', [unit ?? ''])).toEqual([[unit]]);
    expect(filesOf('app', [])).toEqual([]);
  });

  it.each(['all', 'app', 'platform'] as const)('tell jest to run those files and no others: %s', (part) => {
    for (const phase of phasesOf(part, files)) expect(left(phase)).toEqual(phase.files);
  });
});
