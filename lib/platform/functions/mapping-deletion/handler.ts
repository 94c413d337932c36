import { setTimeout as sleep } from 'node:timers/promises';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { customResource } from '../custom-resource/custom-resource.ts';
import { deleteMapping } from './delete-mapping.ts';
import { lambdaMappings } from './lambda-mappings.ts';
import { mappingInterfaces } from './network-interfaces.ts';

/**
 * Deletes a mapping before CloudFormation does, and answers when its network interfaces are gone. CloudFormation takes a mapping for deleted while
 * Lambda still needs the function's role to remove them; a role that goes with the same stack would leave them behind, and with them a security group
 * and subnets that cannot be deleted.
 */
export const handler = customResource({
  // Another mapping under the same name: CloudFormation deletes the old one, and the role stays.
  apply: async () => ({}),
  remove: async ({ ResourceProperties: { MappingId, AccountId } }, { logger, signal }) => {
    const id = String(MappingId);
    await deleteMapping(id, {
      mappings: lambdaMappings(new LambdaClient({})),
      interfaces: (mapping) => mappingInterfaces(String(AccountId), mapping),
      wait: () => sleep(10_000, undefined, { signal }),
      report: (progress) => logger.info(progress, { mappingId: id }),
    });
    return {};
  },
});
