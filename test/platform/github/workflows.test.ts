import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { templateName } from '../../../lib/platform/cli/init/rename.ts';
import { projectRoot } from '../../../lib/platform/project-root.ts';

interface Job {
  readonly uses?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly 'timeout-minutes'?: number;
  readonly steps?: readonly { readonly uses?: string; readonly run?: string }[];
}
interface Workflow {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}
interface Updates {
  readonly updates: readonly {
    readonly 'package-ecosystem': string;
    readonly schedule: { readonly interval: string };
    readonly groups?: object;
  }[];
}

const read = (path: string): string => readFileSync(join(projectRoot, path), 'utf8');
/** CDK brings the parser. */
const { parseDocument } = createRequire(createRequire(import.meta.url).resolve('aws-cdk-lib/package.json'))('yaml') as {
  parseDocument(text: string): { errors: Error[]; warnings: Error[]; toJSON(): unknown };
};
const parsed = <T>(path: string): T => {
  const document = parseDocument(read(path));
  expect([...document.errors, ...document.warnings]).toEqual([]);
  return document.toJSON() as T;
};

const folder = '.github/workflows';
const packageFile = JSON.parse(read('package.json')) as { name: string; scripts: Record<string, string> };
// What has been made somebody's own may go without GitHub, or do it another way.
const ofTemplate = packageFile.name === templateName ? describe : describe.skip;

ofTemplate('the workflows (skipped in a project that npm run init has named)', () => {
  const files = existsSync(join(projectRoot, folder)) ? readdirSync(join(projectRoot, folder)) : [];
  const workflows = (): Workflow[] => files.map((file) => parsed<Workflow>(`${folder}/${file}`));
  const steps = () => workflows().flatMap(({ jobs }) => Object.values(jobs).flatMap(({ steps = [] }) => steps));

  it('are two', () => expect(files.sort()).toEqual(['ci.yml', 'deploy.yml']));

  it('name actions by the commit of a release, each the same everywhere', () => {
    const uses = files.flatMap((file) => read(`${folder}/${file}`).match(/(?<=uses: )[^.\s].*/g) ?? []);
    expect(uses.length).toBeGreaterThan(6);
    for (const each of uses) expect(each).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    const commits = Map.groupBy(new Set(uses), (each) => each.replace(/@.*/, ''));
    for (const [, ofAction] of commits) expect(ofAction).toHaveLength(1);
  });

  it('may read the code, and sign in to AWS only where they deploy or compare', () => {
    for (const { permissions, jobs } of workflows()) {
      expect(permissions).toEqual({ contents: 'read' });
      for (const [name, job] of Object.entries(jobs))
        expect(job.permissions).toEqual(
          ['deploy', 'diff'].includes(name) ? { contents: 'read', 'id-token': 'write' } : undefined,
        );
    }
  });

  it('end a job that hangs', () => {
    for (const { jobs } of workflows())
      for (const job of Object.values(jobs))
        if (job.uses === undefined) expect(job['timeout-minutes']).toBeLessThanOrEqual(120);
  });

  it('run scripts that are there', () => {
    const commands = steps().map(({ run = '' }) => run);
    const npm = commands.flatMap((command) => command.match(/(?<=npm (?:run )?(?:--silent )?)(?!run|--)\w+/g) ?? []);
    expect(new Set(npm)).toEqual(new Set(['mq', 'setup', 'test']));
    for (const script of npm) expect(packageFile.scripts).toHaveProperty(script);
    const programs = commands.filter((command) => command.startsWith('.ci/'));
    expect(programs.sort()).toEqual(['.ci/bare', '.ci/run']);
    for (const program of programs) expect(statSync(join(projectRoot, program)).mode & 0o111).not.toBe(0);
  });

  it('have their actions raised by Dependabot, and so have the packages: weekly, in groups', () => {
    const { updates } = parsed<Updates>('.github/dependabot.yml');
    expect(updates.map((each) => each['package-ecosystem'])).toEqual(['npm', 'github-actions']);
    for (const { schedule, groups } of updates) {
      expect(schedule.interval).toBe('weekly');
      expect(groups).toBeDefined();
    }
  });
});
