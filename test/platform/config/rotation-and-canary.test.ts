import { expect, it } from '@jest/globals';
import type { CanaryMinutes } from '../../../lib/platform/config/canary.ts';
import { selectEnvironment } from '../../../lib/platform/config/select-environment.ts';
import { validateEnvironment } from '../../../lib/platform/config/validation/validate-environment.ts';
import { environments } from '../application/environments.ts';

const dev = selectEnvironment(environments, { env: 'dev' });

it.each([
  [0, 'Secrets Manager takes at least 1'],
  [1.5, 'it must be a whole number'],
  [1001, 'Secrets Manager takes at most 1000'],
])('passwords cannot rotate every %d days', (secretRotationDays, limit) => {
  expect(() => validateEnvironment({ ...dev, secretRotationDays })).toThrow(
    `secretRotationDays is ${secretRotationDays}; ${limit}`,
  );
});

it('a new version is tried for as long as CodeDeploy offers', () => {
  const trying = (canaryMinutes: number) => ({
    ...dev,
    consumer: { ...dev.consumer, canaryMinutes: canaryMinutes as CanaryMinutes },
  });
  expect(() => validateEnvironment(trying(7))).toThrow('consumer.canaryMinutes is 7; CodeDeploy offers 5, 10, 15, 30');
  for (const minutes of [5, 10, 15, 30]) expect(() => validateEnvironment(trying(minutes))).not.toThrow();
});
