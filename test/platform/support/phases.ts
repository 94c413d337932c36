/** Whose tests are run: yours (`test/functions`), the platform's, or all. */
export type Part = 'app' | 'platform' | 'all';

/** Tests that run together, in one run of jest. */
export interface Phase {
  readonly title: string;
  readonly files: readonly string[];
  /** Patterns of jest for the paths that belong to no test of this phase. */
  readonly leaveOut: readonly string[];
  /** Whether its tests are the ones that show first whether what you changed works. */
  readonly isFirst: boolean;
}

const yours = 'test/functions/';

const isYours = (file: string): boolean => file.startsWith(yours);
export const isAcceptance = (file: string): boolean => /(^|\/)acceptance\//.test(file);

const leaveOut = {
  platform: '<rootDir>/test/platform/',
  yours: '<rootDir>/test/functions/',
  yoursWithoutBroker: '<rootDir>/test/functions/(?!(?:.*/)?acceptance/)',
  acceptance: '/acceptance/',
} as const;

/**
 * What runs after what: yours that need no broker come first, so that they have been told before the others begin, which take minutes.
 *
 * @param files paths from the project's folder, of all tests that were asked for
 */
export const phasesOf = (part: Part, files: readonly string[]): Phase[] => {
  const first: Phase = {
    title: 'yours, without a broker',
    files: part === 'platform' ? [] : files.filter((file) => isYours(file) && !isAcceptance(file)),
    leaveOut: [leaveOut.platform, leaveOut.acceptance],
    isFirst: true,
  };
  const second = { all: rest(files), app: yoursWithBroker(files), platform: ofPlatform(files) }[part];
  return [first, { ...second, isFirst: false }].filter((phase) => phase.files.length > 0);
};

const rest = (files: readonly string[]): Omit<Phase, 'isFirst'> => ({
  title: files.some((file) => isYours(file) && isAcceptance(file))
    ? 'yours that need a broker, and the platform’s'
    : 'the platform’s',
  files: files.filter((file) => !isYours(file) || isAcceptance(file)),
  leaveOut: [leaveOut.yoursWithoutBroker],
});

const yoursWithBroker = (files: readonly string[]): Omit<Phase, 'isFirst'> => ({
  title: 'yours that need a broker',
  files: files.filter((file) => isYours(file) && isAcceptance(file)),
  leaveOut: [leaveOut.platform, leaveOut.yoursWithoutBroker],
});

const ofPlatform = (files: readonly string[]): Omit<Phase, 'isFirst'> => ({
  title: 'the platform’s',
  files: files.filter((file) => !isYours(file)),
  leaveOut: [leaveOut.yours],
});
