import type { DescribeBrokerResponse } from '@aws-sdk/client-mq';

/** Properties of a broker in a template; what is a reference there is an object. */
export type PlannedBroker = Readonly<Record<string, unknown>>;

/** A change after which CloudFormation makes a new broker and deletes the old one, with all messages in it. */
export interface ReplacingChange {
  readonly property: string;
  readonly deployed: string;
  readonly planned: string;
}

export interface BrokerComparison {
  readonly replacing: readonly ReplacingChange[];
  /** Properties that hold references, whose values only CloudFormation knows. Their number of items has been compared. */
  readonly unknown: readonly string[];
}

/** A value as people read it, `undefined` when the template refers to something else. */
type Value = string | undefined;

const literal = (value: unknown): Value => (typeof value === 'object' && value !== null ? undefined : String(value));

/** What Amazon MQ takes where a template says nothing. */
const defaults: PlannedBroker = {
  AuthenticationStrategy: 'SIMPLE',
  StorageType: 'EBS',
};

const single = [
  'BrokerName',
  'EngineType',
  'DeploymentMode',
  'PubliclyAccessible',
  'StorageType',
  'AuthenticationStrategy',
];

/**
 * Which of the planned properties would replace the deployed broker. These are the ones that the resource type's schema calls create-only.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-amazonmq-broker.html
 */
export const compareBroker = (deployed: DescribeBrokerResponse, planned: PlannedBroker): BrokerComparison => {
  const replacing: ReplacingChange[] = [];
  const unknown: string[] = [];
  const compare = (property: string, now: unknown, next: Value): void => {
    if (next === undefined) unknown.push(property);
    else if (String(now) !== next) replacing.push({ property, deployed: String(now), planned: next });
  };
  for (const property of single)
    compare(
      property,
      deployed[property as keyof DescribeBrokerResponse] ?? defaults[property],
      literal(planned[property] ?? defaults[property]),
    );
  compareEncryption(deployed, planned, compare);
  compareSubnets(deployed, planned, compare);
  return { replacing, unknown };
};

type Compare = (property: string, now: unknown, next: Value) => void;

const compareEncryption = (
  { EncryptionOptions: now }: DescribeBrokerResponse,
  planned: PlannedBroker,
  compare: Compare,
): void => {
  const next = (planned.EncryptionOptions ?? { UseAwsOwnedKey: true }) as Readonly<Record<string, unknown>>;
  compare('EncryptionOptions.UseAwsOwnedKey', now?.UseAwsOwnedKey ?? true, literal(next.UseAwsOwnedKey));
  if (next.KmsKeyId !== undefined)
    compare('EncryptionOptions.KmsKeyId', now?.KmsKeyId ?? 'none', literal(next.KmsKeyId));
};

const compareSubnets = (
  { SubnetIds: now = [] }: DescribeBrokerResponse,
  planned: PlannedBroker,
  compare: Compare,
): void => {
  const next = Array.isArray(planned.SubnetIds) ? (planned.SubnetIds as readonly unknown[]) : [];
  const ids = next.map(literal);
  if (ids.every((id) => id !== undefined)) compare('SubnetIds', [...now].sort().join(', '), ids.sort().join(', '));
  else if (next.length !== now.length) compare('SubnetIds', `${now.length} subnets`, `${next.length} subnets`);
  else compare('SubnetIds', now, undefined);
};
