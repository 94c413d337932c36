import { execFileSync } from 'node:child_process';
import { Refusal } from '../source/refusal.ts';

/**
 * Makes sure that what a command changes can be taken back with git.
 *
 * @throws Refusal outside of a git repository, and where there are changes that are not committed
 */
export const refuseUncommitted = (root: string): void => {
  const status = git(root, 'status', '--porcelain');
  if (status === undefined)
    throw new Refusal(
      'this folder is in no git repository, so nothing could be taken back: git init, git add -A, git commit, then try again; or --force',
    );
  const files = status.split('\n').filter((line) => line !== '');
  if (files.length > 0)
    throw new Refusal(
      `${files.length} ${files.length === 1 ? 'file has' : 'files have'} changes that are not committed (${files
        .slice(0, 3)
        .map((line) => line.slice(3))
        .join(
          ', ',
        )}${files.length > 3 ? ', …' : ''}), which would be mixed with those of this command: commit or stash them; or --force`,
    );
};

const git = (root: string, ...args: string[]): string | undefined => {
  try {
    return execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    // Not installed, or no repository: in either case nothing is kept.
    return undefined;
  }
};
