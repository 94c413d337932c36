// A test file's name says what it needs:
//   name.test.ts                  nothing but this process
//   name.infrastructure.test.ts   synthesized stacks, bundles, or processes of this machine
//   acceptance/*.test.ts          a RabbitMQ; test/run.ts starts it

import { dirname } from 'node:path';

/** @type {import('jest').Config} */
const everywhere = {
  rootDir: dirname(import.meta.dirname),
  extensionsToTreatAsEsm: ['.ts'],
  modulePathIgnorePatterns: ['<rootDir>/cdk.out', '<rootDir>/.local'],
  transform: {
    '^.+\\.ts$': ['@swc/jest', { sourceMaps: true, jsc: { target: 'es2024', parser: { syntax: 'typescript' } } }],
  },
};

export default {
  projects: [
    {
      ...everywhere,
      displayName: 'unit',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: ['\\.infrastructure\\.test\\.ts$', '<rootDir>/test/acceptance/'],
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
      testMatch: ['<rootDir>/test/acceptance/**/*.test.ts'],
    },
  ],
};
