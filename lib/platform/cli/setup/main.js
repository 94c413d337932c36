import { execFileSync } from 'node:child_process';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { handOver } from './command.js';
import { ensureNpmPackages } from './npm-packages.js';
import { say } from './progress.js';
import { ensureRabbitMq } from './rabbitmq.js';
import { starters } from './starters.js';

const project = resolve(dirname(fileURLToPath(import.meta.url)), '../../../..');
const cache = join(
  process.env.XDG_CACHE_HOME || join(process.env.HOME || homedir(), '.cache'),
  'rabbitmq-lambda-template',
);

/**
 * What `bin/setup.js` does: makes the checkout ready, then runs the command in it.
 *
 * @param {readonly string[]} args options, then the command
 */
export async function main(args) {
  const first = args.findIndex((argument) => !argument.startsWith('--'));
  const command = first === -1 ? [] : args.slice(first);
  const options = new Set(first === -1 ? args : args.slice(0, first));
  const unknown = [...options].filter((option) => option !== '--all' && option !== '--no-broker');

  // Before anything takes its time: who is gone by then is no longer to be found.
  const startedBy = starters();

  try {
    if (unknown.length > 0) throw new Error(`unknown option ${unknown.join(' ')}; there are --all and --no-broker`);
    const runtime = await ensureNpmPackages(project, cache);
    const programs = join(project, 'node_modules/.bin');
    const folders = runtime === 'packaged' ? [programs] : [dirname(process.execPath), programs];
    /** @type {NodeJS.ProcessEnv} */
    const env = {
      // What Node has compiled once it need not compile for every command.
      NODE_COMPILE_CACHE: join(project, 'node_modules/.cache/compiled'),
      ...process.env,
      PATH: [...folders, process.env.PATH].join(delimiter),
    };
    const unavailable = needsBroker(options, command)
      ? await ensureRabbitMq({
          cache,
          all: options.has('--all'),
          installed: () => asked('servers.ts', 'findInstalledServers().map(({ version }) => version)', env),
          images: () => asked('container-images.ts', 'wantedImages()', env),
        })
      : [];
    // The test runner says it beside what it skips for it.
    if (unavailable.length > 0) env.RABBITMQ_UNAVAILABLE = unavailable.join('; ');
    if (command.length > 0) handOver(command, env, startedBy);
  } catch (error) {
    const { message, code = '', path = '' } = /** @type {NodeJS.ErrnoException} */ (error);
    const elsewhere = code !== '' && path.startsWith(cache) ? '; name another cache folder in XDG_CACHE_HOME' : '';
    say(`setup: ${message}${elsewhere}`);
    process.exitCode = 1;
  }
}

/**
 * Tests kill and restart brokers: `--all` is about private ones even if the user has one of his own.
 *
 * @param {ReadonlySet<string>} options
 * @param {readonly string[]} command
 */
function needsBroker(options, command) {
  // `npm test -- --unit` says only now that it needs none.
  if (options.has('--no-broker') || command.includes('--unit')) return false;
  return options.has('--all') || !process.env.RABBITMQ_URL;
}

/**
 * Asks the very code that will look for brokers, which is TypeScript and so needs the newer Node.
 *
 * @param {string} file of `lib/platform/local/broker`
 * @param {string} expression of what that exports
 * @param {NodeJS.ProcessEnv} env
 */
function asked(file, expression, env) {
  const module = pathToFileURL(join(project, 'lib/platform/local/broker', file)).href;
  const program = `const { ${/^\w+/.exec(expression)?.[0]} } = await import(${JSON.stringify(module)});
    console.log(JSON.stringify(${expression}));`;
  return JSON.parse(
    execFileSync('node', ['--input-type=module', '--eval', program], { env, encoding: 'utf8', stdio: 'pipe' }),
  );
}
