// A test file's name says what it needs:
//   name.test.ts                  nothing but this process
//   name.infrastructure.test.ts   synthesized stacks, bundles, or processes of this machine
//   acceptance/*.test.ts          a RabbitMQ; test/run.ts starts one of each version that is to be tested

import { dirname } from 'node:path';

const rootDir = dirname(import.meta.dirname);

/** @type {string[]} patterns of what the runner runs in another phase */
const leaveOut = JSON.parse(process.env.TEST_LEAVE_OUT ?? '[]');

/** @type {import('jest').Config} */
const everywhere = {
  rootDir,
  // One id for all kinds: a file is compiled once.
  id: rootDir,
  cacheDirectory: `${rootDir}/node_modules/.cache/jest`,
  extensionsToTreatAsEsm: ['.ts'],
  modulePathIgnorePatterns: ['<rootDir>/cdk.out', '<rootDir>/.local'],
  testPathIgnorePatterns: leaveOut,
  testEnvironment: '<rootDir>/test/platform/support/environment.ts',
  transform: { '^.+\\.ts$': '<rootDir>/test/platform/support/compile.js' },
};

/** @type {{ version?: string }[]} the versions of TEST_BROKERS, first the one that everything is tested with. Without a runner, each test file starts the broker that it needs. */
const [first = {}, ...others] = JSON.parse(process.env.TEST_BROKERS ?? '[]');

export default {
  // Modules of earlier test files stay in a worker's heap. A worker that has grown this large is replaced before its next file.
  workerIdleMemoryLimit: '600MB',
  testSequencer: `${rootDir}/test/platform/support/sequencer.js`,
  projects: [
    {
      ...everywhere,
      displayName: 'unit',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: ['\\.infrastructure\\.test\\.ts$', '/acceptance/', ...leaveOut],
    },
    {
      ...everywhere,
      displayName: 'infrastructure',
      testMatch: ['<rootDir>/test/**/*.infrastructure.test.ts'],
      setupFilesAfterEnv: ['aws-cdk-lib/testhelpers/jest-autoclean'],
    },
    {
      ...everywhere,
      displayName: 'acceptance',
      testMatch: ['<rootDir>/test/**/acceptance/*.test.ts'],
      testEnvironmentOptions: { version: first.version },
    },
    ...others.map(({ version }) => ({
      ...everywhere,
      displayName: `acceptance on ${version}`,
      testMatch: ['<rootDir>/test/**/acceptance/*.every-version.test.ts'],
      testEnvironmentOptions: { version },
    })),
  ],
};
