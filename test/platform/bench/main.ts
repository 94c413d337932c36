import { FunctionEnvironment } from '../../../lib/platform/config/function-environment.ts';
import { readArguments, refuse } from '../support/command-line.ts';
import { type Comparison, isMet, ratioOf } from './comparison.ts';
import { inProcess } from './in-process.ts';
import { describeMachine } from './machine.ts';
import { renderComparisons } from './render.ts';

/** The consumer wants to know where its broker is, and connects when the first message fails: here none does. */
const withoutBroker = {
  [FunctionEnvironment.brokerEndpoints]: 'amqps://localhost:1',
  [FunctionEnvironment.brokerSecretArn]: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:bench',
  [FunctionEnvironment.brokerVhost]: 'events',
};

const benchmarks: Readonly<Record<string, () => Promise<Comparison[]>>> = {
  overhead: () => inProcess('./overhead.ts', withoutBroker),
  claims: () => inProcess('./claims.ts'),
  publish: () => inProcess('./publish.ts'),
  'end-to-end': () => inProcess('./end-to-end.ts'),
  bundles: () => inProcess('./bundles.ts'),
};

const usage = `npm run bench [-- name…] [--json]

Medians, each beside the same work done by somebody else in the same run. Names: ${Object.keys(benchmarks).join(', ')} (default all).
`;

const { positionals, values } = readArguments(usage, {
  allowPositionals: true,
  options: { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
});
if (values.help) {
  process.stdout.write(usage);
  process.exit(0);
}
const names = positionals.length === 0 ? Object.keys(benchmarks) : positionals;
const results: Record<string, Comparison[]> = {};
const machine = describeMachine();
if (!values.json)
  process.stdout.write(
    `${Object.entries(machine)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ')}\n`,
  );
for (const name of names) {
  const run = benchmarks[name] ?? refuse(`there is no benchmark '${name}'`, usage);
  process.stderr.write(`${name} …\n`);
  results[name] = await run();
  if (!values.json) process.stdout.write(`${renderComparisons(results[name])}\n`);
}
if (values.json) {
  const detailed = Object.fromEntries(
    Object.entries(results).map(([name, comparisons]) => [
      name,
      comparisons.map((comparison) => ({ ...comparison, ratio: ratioOf(comparison), met: isMet(comparison) })),
    ]),
  );
  process.stdout.write(`${JSON.stringify({ machine, results: detailed }, null, 2)}\n`);
}
