import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const lines = 15;
const longest = 300;

/** The last lines that a private broker wrote, with a title. Its CA file tells where its folder is. */
export function endOfLog(name: string, caFile: string): string {
  const folder = join(caFile, '../../log');
  if (!existsSync(folder)) return `${name} has no log any more`;
  const texts = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'));
  return `the end of the log of ${name}:\n${lastLines(texts.join('\n').split('\n'))}`;
}

/** The last that say something, each cut where it becomes too long to read. */
export const lastLines = (all: readonly string[], count = lines): string =>
  all
    .filter((line) => line.trim() !== '')
    .slice(-count)
    .map((line) => (line.length > longest ? `  ${line.slice(0, longest)}…` : `  ${line}`))
    .join('\n');
