import type { Environment } from '../../../lib/platform/config/environment.ts';
import { selectEnvironment } from '../../../lib/platform/config/select-environment.ts';
import { validateEnvironment } from '../../../lib/platform/config/validation/validate-environment.ts';
import { environments } from '../application/environments.ts';

const dev = selectEnvironment(environments, { env: 'dev' });
const prod = selectEnvironment(environments, { env: 'prod' });

/** Choices that none of these environments makes, but that somebody will. */
export const variants = {
  'dev with endpoints': {
    ...dev,
    network: {
      availabilityZones: 2,
      awsAccess: { by: 'endpoints', additional: ['logs', 'monitoring', 'ecr.api', 'ecr.dkr'] },
      flowLogs: false,
    },
  },
  'prod in an existing network': {
    ...prod,
    network: {
      existing: {
        vpcId: 'vpc-0a1b2c3d4e5f60718',
        availabilityZones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
        privateSubnetIds: ['subnet-0a1b2c3d4e5f60711', 'subnet-0a1b2c3d4e5f60712', 'subnet-0a1b2c3d4e5f60713'],
        endpointSecurityGroupId: 'sg-0a1b2c3d4e5f60711',
      },
    },
    broker: { ...prod.broker, encryptionKey: 'create' },
  },
} satisfies Readonly<Record<string, Environment>>;

for (const variant of Object.values(variants)) validateEnvironment(variant);
