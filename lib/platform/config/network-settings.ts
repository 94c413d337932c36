/** A network of the stacks' own, or one that is there already. */
export type NetworkSettings = NewNetworkSettings | ExistingNetworkSettings;

export interface NewNetworkSettings {
  /** 2 or 3. A cluster has a node in each of three. */
  readonly availabilityZones: number;
  /** How broker mappings and functions reach AWS. DynamoDB and S3 have gateway endpoints either way: they are free. */
  readonly awsAccess: AwsAccess;
  /** Log rejected and accepted connections of the VPC to CloudWatch. */
  readonly flowLogs: boolean;
}

export type AwsAccess = NatAccess | EndpointAccess;

/** Functions reach AWS and everybody else on the internet. */
export interface NatAccess {
  readonly by: 'nat';
  /** 1 to the number of zones. One per zone survives the loss of a zone. */
  readonly gateways: number;
}

/** Functions reach AWS services by interface endpoints and nothing else: there is no way to the internet. */
export interface EndpointAccess {
  readonly by: 'endpoints';
  /** Beside those that mappings and functions cannot do without (`requiredEndpoints`). @default none */
  readonly additional?: readonly InterfaceEndpoint[];
}

/** What mappings call (AWS: "Configuring Amazon MQ event source for Lambda", network), and functions for their broker password. */
export const requiredEndpoints = ['lambda', 'sts', 'secretsmanager'] as const;

/** Logs of functions need no endpoint, Lambda's service writes them; code that calls the APIs of logs and metrics itself does. Tasks on Fargate need `logs`, `ecr.api` and `ecr.dkr`. */
export const additionalEndpoints = [
  'logs',
  'monitoring',
  'kms',
  'sns',
  'events',
  'execute-api',
  'ec2',
  'ecr.api',
  'ecr.dkr',
] as const;
export type InterfaceEndpoint = (typeof additionalEndpoints)[number];

/**
 * A network that somebody else made. It must let its private subnets reach Lambda, STS, Secrets Manager, DynamoDB and S3, by NAT or by endpoints, and
 * have DNS support and DNS host names enabled. It is described here and not looked up, so that templates are the same on every machine.
 */
export interface ExistingNetworkSettings {
  readonly existing: {
    /** `vpc-…`. */
    readonly vpcId: string;
    /** Names of the zones, such as `eu-west-1a`, in the order of `privateSubnetIds`. */
    readonly availabilityZones: readonly string[];
    /** A subnet for each zone. A single instance takes the first, a cluster needs three. */
    readonly privateSubnetIds: readonly string[];
    /** Security group of the VPC's interface endpoints; gets a rule for each group that has to reach them. @default none is changed */
    readonly endpointSecurityGroupId?: string;
  };
}

export const isExisting = (network: NetworkSettings): network is ExistingNetworkSettings => 'existing' in network;
