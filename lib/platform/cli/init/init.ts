import { parseArgs } from 'node:util';
import { OperatorError } from '../../config/operator-error.ts';
import { projectRoot } from '../../project-root.ts';
import { firstConsumer } from '../first-consumer.ts';
import { printableLines } from '../printable.ts';
import { formatted, listed, write } from '../source/changes.ts';
import { Refusal } from '../source/refusal.ts';
import { bare } from './bare.ts';
import { refuseUncommitted } from './git-state.ts';
import { checkName, rename } from './rename.ts';
import { changed, merged, readTexts } from './texts.ts';

const usage = `npm run init -- --name NAME [--bare] [options]

Makes the template yours. Run it again whenever you like: what is done already stays as it is.

  --name NAME   gives the project its name: the package, the stacks, README.md. The first time, version and
                changelog begin anew
  --bare        takes the sample domain out: its consumers, events and tables with their tests. What you have added stays
  --dry-run     says what would change, and changes nothing
  --force       also where git could not take it back: with changes that are not committed, or in no repository`;

const options = {
  name: { type: 'string' },
  bare: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  force: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new Refusal(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`, { cause: error });
  }
};

const run = async (root: string, args: readonly string[]): Promise<string> => {
  const { name, bare: isBare, 'dry-run': isDry, force, help } = parse(args);
  if (help) return usage;
  if (name === undefined && !isBare) throw new Refusal(usage);
  if (name !== undefined) checkName(name);
  const texts = readTexts(root);
  const renamed = name === undefined ? [] : rename(texts, name);
  const changes = merged(renamed, isBare ? bare(changed(texts, renamed)) : []);
  if (changes.length === 0) return 'Nothing to do: it is like this already.';
  if (isDry) return `Would change:\n${listed(changes)}`;
  if (!force) refuseUncommitted(root);
  write(root, await formatted(root, changes));
  return `Changed:\n${listed(changes)}\nUndo: git restore .${isBare ? `\n\n${firstConsumer}` : ''}`;
};

/** What `npm run init` does. Resolves with the exit code. */
export const runInitCommand = async (args: readonly string[]): Promise<number> => {
  try {
    console.log(printableLines(await run(projectRoot, args)));
    return 0;
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    console.error(printableLines(error.message));
    return 1;
  }
};
