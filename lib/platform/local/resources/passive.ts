import { createHash } from 'node:crypto';
import type { Resolved } from '../assembly/intrinsics.ts';
import { arn } from '../assembly/pseudo-parameters.ts';
import { physicalName } from './physical-name.ts';
import type { CreatedResource, ResourceRequest, ResourceType } from './resource-type.ts';

/**
 * Resources without an effect on this machine, where there is no network between the parts, no encryption at rest and no
 * alarm: each type with the prefix of its ids and the attributes that templates may ask for.
 */
const passive: Readonly<
  Record<string, { prefix: string; attributes?: (id: string, request: ResourceRequest) => Record<string, Resolved> }>
> = {
  'AWS::CDK::Metadata': { prefix: 'metadata' },
  'AWS::CloudWatch::Alarm': { prefix: 'alarm', attributes: (id) => ({ Arn: arn('cloudwatch', `alarm:${id}`) }) },
  'AWS::CloudWatch::CompositeAlarm': {
    prefix: 'alarm',
    attributes: (id) => ({ Arn: arn('cloudwatch', `alarm:${id}`) }),
  },
  'AWS::CloudWatch::Dashboard': { prefix: 'dashboard' },
  // Waits for the network interfaces of a mapping that is deleted. There are none here.
  'Custom::MappingDeletion': { prefix: 'deletion' },
  // A deployment here has nothing to try a new version against: aliases lead to the newest code at once.
  'AWS::CodeDeploy::Application': { prefix: 'application' },
  'AWS::CodeDeploy::DeploymentGroup': { prefix: 'group' },
  // CDK's own, whose functions answer to port 443 only. What they do is nothing here: no log and no object outlives the run.
  'Custom::ECRAutoDeleteImages': { prefix: 'custom' },
  'Custom::LogRetention': { prefix: 'custom' },
  'Custom::S3AutoDeleteObjects': { prefix: 'custom' },
  'Custom::VpcRestrictDefaultSG': { prefix: 'custom' },
  'AWS::EC2::EIP': { prefix: 'eipalloc', attributes: (id) => ({ AllocationId: id, PublicIp: '192.0.2.1' }) },
  'AWS::EC2::FlowLog': { prefix: 'fl', attributes: (id) => ({ Id: id }) },
  'AWS::EC2::InternetGateway': { prefix: 'igw', attributes: (id) => ({ InternetGatewayId: id }) },
  'AWS::EC2::NatGateway': { prefix: 'nat', attributes: (id) => ({ NatGatewayId: id }) },
  'AWS::EC2::NetworkAcl': { prefix: 'acl', attributes: (id) => ({ Id: id }) },
  'AWS::EC2::Route': { prefix: 'route' },
  'AWS::EC2::RouteTable': { prefix: 'rtb', attributes: (id) => ({ RouteTableId: id }) },
  'AWS::EC2::SecurityGroup': {
    prefix: 'sg',
    attributes: (id, { properties }) => ({ GroupId: id, Id: id, VpcId: properties.VpcId }),
  },
  'AWS::EC2::SecurityGroupEgress': { prefix: 'sgr', attributes: (id) => ({ Id: id }) },
  'AWS::EC2::SecurityGroupIngress': { prefix: 'sgr', attributes: (id) => ({ Id: id }) },
  'AWS::EC2::Subnet': {
    prefix: 'subnet',
    attributes: (id, { properties }) => ({
      SubnetId: id,
      AvailabilityZone: properties.AvailabilityZone,
      CidrBlock: properties.CidrBlock,
      VpcId: properties.VpcId,
    }),
  },
  'AWS::EC2::SubnetRouteTableAssociation': { prefix: 'rtbassoc', attributes: (id) => ({ Id: id }) },
  'AWS::EC2::VPC': {
    prefix: 'vpc',
    attributes: (id, { properties }) => ({
      VpcId: id,
      CidrBlock: properties.CidrBlock,
      DefaultSecurityGroup: `sg-default-${id}`,
      Ipv6CidrBlocks: [],
    }),
  },
  'AWS::EC2::VPCEndpoint': { prefix: 'vpce', attributes: (id) => ({ Id: id, DnsEntries: [] }) },
  'AWS::EC2::VPCGatewayAttachment': { prefix: 'attachment' },
  'AWS::KMS::Alias': { prefix: 'alias' },
  'AWS::KMS::Key': { prefix: 'key', attributes: (id) => ({ Arn: arn('kms', `key/${id}`), KeyId: id }) },
  'AWS::Logs::MetricFilter': { prefix: 'filter' },
  'AWS::SecretsManager::ResourcePolicy': { prefix: 'policy', attributes: (id) => ({ Id: id }) },
  'AWS::SNS::Subscription': { prefix: 'subscription', attributes: (id) => ({ Arn: arn('sns', id) }) },
  'AWS::SNS::TopicPolicy': { prefix: 'policy', attributes: (id) => ({ Id: id }) },
};

const identify = ({ stack, logicalId }: ResourceRequest, prefix: string): string =>
  `${prefix}-${createHash('sha256').update(`${stack.name}/${logicalId}`).digest('hex').slice(0, 17)}`;

const createPassive: ResourceType = (request): CreatedResource => {
  const { prefix = 'id', attributes } = passive[request.type] ?? {};
  const physicalId = identify(request, prefix);
  return { physicalId, attributes: attributes?.(physicalId, request) };
};

/** Log groups have no content here, functions' lines are passed on as they come, but their names reach the functions. */
const createLogGroup: ResourceType = ({ stack, logicalId, properties }) => {
  const name =
    typeof properties.LogGroupName === 'string' ? properties.LogGroupName : physicalName(stack.name, logicalId, 512);
  return { physicalId: name, attributes: { Arn: arn('logs', `log-group:${name}:*`) } };
};

/** `Ref` of a topic is its ARN. */
const createTopic: ResourceType = ({ stack, logicalId, properties }) => {
  const name =
    typeof properties.TopicName === 'string' ? properties.TopicName : physicalName(stack.name, logicalId, 256);
  return { physicalId: arn('sns', name), attributes: { TopicArn: arn('sns', name), TopicName: name } };
};

export const passiveTypes: Readonly<Record<string, ResourceType>> = {
  ...Object.fromEntries(Object.keys(passive).map((type) => [type, createPassive])),
  'AWS::Logs::LogGroup': createLogGroup,
  'AWS::SNS::Topic': createTopic,
};
