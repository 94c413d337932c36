import { readArguments, wholeNumber } from '../support/command-line.ts';
import { acrossWorkers } from './run/across-workers.ts';

const usage = `npm run simulate -- [--seeds N] [--from S] [--all] [--json]
npm run simulate -- --mutants [--seeds N] [--only NAME] [--json]

  --seeds N    how many seeds to live through, or to give each mutant at most (4000)
  --from S     the first one (1)
  --all        go on after the first failures
  --mutants    plant defects one at a time and see whether they are found
  --only NAME  mutants whose name contains this
  --json       the report as JSON`;

const { values } = readArguments(usage, {
  options: {
    seeds: { type: 'string', default: '4000' },
    from: { type: 'string', default: '1' },
    all: { type: 'boolean', default: false },
    mutants: { type: 'boolean', default: false },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const whole = (name: 'seeds' | 'from'): number => wholeNumber(name, values[name], usage);

if (values.help) console.log(usage);
else if (values.mutants) {
  const { runMutants } = await import('./run/mutants.ts');
  process.exitCode = await runMutants({ seeds: whole('seeds'), only: values.only, json: values.json });
} else process.exitCode = await runRange();

async function runRange(): Promise<number> {
  const range = {
    from: whole('from'),
    seeds: whole('seeds'),
    mostFailures: values.all ? 1_000_000 : 1,
    shrinks: !values.all,
  };
  const begun = performance.now();
  const perMinute = (seeds: number): string =>
    `${Math.round((seeds / (performance.now() - begun)) * 60_000).toLocaleString('en')} a minute`;
  const report = await acrossWorkers(range, (seeds, failures) => {
    if (process.stderr.isTTY)
      process.stderr.write(`\r${seeds} of ${range.seeds} seeds, ${failures} failed, ${perMinute(seeds)} `);
  });
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  if (values.json) {
    console.log(JSON.stringify({ ...report, seconds: (performance.now() - begun) / 1000 }));
    return report.failures.length === 0 ? 0 : 1;
  }
  for (const { story } of values.all ? [] : report.failures.slice(0, 1)) console.log(`${story}\n`);
  for (const [rule, found] of Map.groupBy(report.failures, (failure) => failure.rule))
    console.log(
      `${found.length} × ${rule}: seeds ${found
        .slice(0, 10)
        .map(({ seed }) => seed)
        .join(', ')}`,
    );
  console.log(
    `${report.seeds} seeds from ${range.from}, ${report.steps.toLocaleString('en')} events, ${report.failures.length} failed; ${perMinute(report.seeds)}`,
  );
  return report.failures.length === 0 ? 0 : 1;
}
