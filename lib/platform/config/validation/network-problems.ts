import type { Environment } from '../environment.ts';
import { matching, oneOf, type Problem, wholeNumber } from '../limits.ts';
import {
  additionalEndpoints,
  type ExistingNetworkSettings,
  isExisting,
  type NewNetworkSettings,
} from '../network-settings.ts';

/** What is wrong with the network, alone and for the broker that is to be in it. */
export const networkProblems = ({ network, broker }: Environment): readonly Problem[] => {
  const zones = isExisting(network) ? network.existing.availabilityZones.length : network.availabilityZones;
  const property = isExisting(network) ? 'network.existing.availabilityZones' : 'network.availabilityZones';
  return [
    ...(isExisting(network) ? existingProblems(network) : newProblems(network)),
    ...(broker.deploymentMode === 'CLUSTER_MULTI_AZ' && zones < 3
      ? [`${property} ${isExisting(network) ? 'has' : 'is'} ${zones}; the three nodes of a cluster take 3`]
      : []),
  ];
};

const newProblems = ({ availabilityZones, awsAccess }: NewNetworkSettings): readonly Problem[] => [
  ...wholeNumber('network.availabilityZones', availabilityZones, { least: 2, most: 3, limit: 'the network has' }),
  ...(awsAccess.by === 'nat'
    ? wholeNumber('network.awsAccess.gateways', awsAccess.gateways, {
        least: 1,
        most: availabilityZones,
        limit: 'functions and mappings reach AWS through them, one per zone:',
      })
    : (awsAccess.additional ?? []).flatMap((endpoint) =>
        oneOf('network.awsAccess.additional', endpoint, additionalEndpoints, 'beside the ones that are always there,'),
      )),
];

const existingProblems = ({ existing }: ExistingNetworkSettings): readonly Problem[] => {
  const { vpcId, availabilityZones, privateSubnetIds, endpointSecurityGroupId } = existing;
  return [
    ...matching('network.existing.vpcId', vpcId, /^vpc-[0-9a-f]{8,17}$/, 'it is the id of a VPC, vpc-…'),
    ...privateSubnetIds.flatMap((id) =>
      matching(
        'network.existing.privateSubnetIds',
        id,
        /^subnet-[0-9a-f]{8,17}$/,
        'it is the id of a subnet, subnet-…',
      ),
    ),
    ...(availabilityZones.length === privateSubnetIds.length && availabilityZones.length > 0
      ? []
      : [
          `network.existing has ${privateSubnetIds.length} privateSubnetIds for ${availabilityZones.length} availabilityZones; a zone has one`,
        ]),
    ...(new Set(availabilityZones).size === availabilityZones.length
      ? []
      : [`network.existing.availabilityZones names a zone twice: ${availabilityZones.join(', ')}`]),
    ...(endpointSecurityGroupId === undefined
      ? []
      : matching(
          'network.existing.endpointSecurityGroupId',
          endpointSecurityGroupId,
          /^sg-[0-9a-f]{8,17}$/,
          'it is the id of a security group, sg-…',
        )),
  ];
};
