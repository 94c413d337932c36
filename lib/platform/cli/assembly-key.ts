import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { projectRoot } from '../project-root.ts';
import { pathIn, sourceFiles } from './source-files.ts';

/** What npm has installed, which is not always what package-lock.json says. */
const installed = 'node_modules/.package-lock.json';

/** Whether a file may read environment variables for the stacks: commands and the local run read theirs for themselves, some of them other ones each time. */
const mayAskFor = (path: string): boolean =>
  /\.[cm]?[jt]s$/.test(path) && !/^lib\/platform\/(?:cli|local)\//.test(path);

/** CDK's own variables. */
const isCdks = (name: string): boolean => name.startsWith('CDK_');

/**
 * What a synthesis depends on, as one hash: the content of every file that it may read, the context, the version of Node, and the environment variables that any
 * of the files mentions. Equal keys make equal assemblies; what an app reads elsewhere, it has to be synthesized anew for (`npm run synth`).
 *
 * @param program the one that makes the stacks
 * @param environment @default the process's
 */
export const assemblyKey = (
  program: string,
  context: Readonly<Record<string, unknown>>,
  environment: NodeJS.ProcessEnv = process.env,
  root = projectRoot,
): string => {
  const hash = createHash('sha256');
  const note = (name: string, content: string | Buffer): void => {
    hash.update(`${name}\0${Buffer.byteLength(content)}\0`).update(content);
  };
  note('node', process.version);
  note('program', pathIn(root, program));
  note('context', JSON.stringify(context));
  const mentioned = new Set<string>();
  for (const path of [...sourceFiles(root, dirname(program)), installed]) {
    const file = join(root, path);
    if (!existsSync(file)) continue;
    const content = readFileSync(file);
    note(path, content);
    if (!mayAskFor(path)) continue;
    for (const [word] of content.toString().matchAll(/\b[A-Z][A-Z0-9_]{2,}\b/g)) mentioned.add(word);
  }
  for (const name of Object.keys(environment).sort())
    if (mentioned.has(name) || isCdks(name)) note(name, environment[name] ?? '');
  return hash.digest('hex').slice(0, 32);
};
