import { parseArgs } from 'node:util';
import { projectRoot } from '../../project-root.ts';
import { firstConsumer } from '../first-consumer.ts';
import { answer } from '../source/answer.ts';
import { formatted, listed, write } from '../source/changes.ts';
import { Refusal } from '../source/refusal.ts';
import { bare } from './bare.ts';
import { refuseUncommitted } from './git-state.ts';
import { checkName, rename } from './rename.ts';
import { changed, merged, readTexts } from './texts.ts';

const usage = `npm run init -- --name NAME [--bare] [options]

Makes the template yours. You can run it again at any time: what is done stays as it is.

  --name NAME   gives the project its name: the package, the stacks, README.md. The first time, version and
                changelog start over
  --bare        removes the sample domain: its consumers, events and tables with their tests. What you have added stays
  --dry-run     shows what would change, and changes nothing
  --force       runs even if git could not undo it: with uncommitted changes, or outside a repository`;

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
export const runInitCommand = (args: readonly string[]): Promise<number> => answer(() => run(projectRoot, args));
