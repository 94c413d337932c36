import type { Topology } from '../../topology/model.ts';

/** Properties of `Custom::RabbitMqTopology`, as `lib/platform/constructs/broker-topology.ts` writes them. */
export interface TopologyProperties {
  /** `https://…` of the broker's management API. */
  readonly managementUrl: string;
  readonly adminSecretArn: string;
  readonly topology: Topology;
  /** ARN of the secret of each user of the topology; the alternate of a user shares his. */
  readonly userSecretArns: Readonly<Record<string, string>>;
}

/** The stack and this function do not agree on the properties. */
export class InvalidPropertiesError extends Error {
  override readonly name = 'InvalidPropertiesError';
}

/** @throws InvalidPropertiesError naming the property */
export const readProperties = (properties: Readonly<Record<string, unknown>>): TopologyProperties => {
  const text = (name: string): string => {
    const value = properties[name];
    if (typeof value !== 'string' || value === '') {
      throw new InvalidPropertiesError(`property ${name} is ${JSON.stringify(value)}; it must be a text`);
    }
    return value;
  };
  const topology = parseTopology(text('Topology'));
  const userSecretArns = { ...(properties.UserSecretArns as Record<string, string> | undefined) };
  const missing = topology.users.filter(
    ({ name, alternateOf }) => alternateOf === undefined && typeof userSecretArns[name] !== 'string',
  );
  if (missing.length > 0) {
    throw new InvalidPropertiesError(
      `property UserSecretArns has no secret for ${missing.map(({ name }) => name).join(', ')}; every user of the topology needs one`,
    );
  }
  return { managementUrl: text('ManagementUrl'), adminSecretArn: text('AdminSecretArn'), topology, userSecretArns };
};

const parseTopology = (json: string): Topology => {
  try {
    return JSON.parse(json) as Topology;
  } catch (cause) {
    throw new InvalidPropertiesError('property Topology is not JSON', { cause });
  }
};
