import {
  DeleteEventSourceMappingCommand,
  GetEventSourceMappingCommand,
  type LambdaClient,
  ResourceInUseException,
  ResourceNotFoundException,
} from '@aws-sdk/client-lambda';
import type { Mappings } from './delete-mapping.ts';

/** Lambda's API. It knows a mapping that is being deleted as such until it is gone. */
export const lambdaMappings = (client: Pick<LambdaClient, 'send'>): Mappings => ({
  delete: async (id) => {
    try {
      await client.send(new DeleteEventSourceMappingCommand({ UUID: id }));
      return 'deleting';
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return 'gone';
      if (error instanceof ResourceInUseException) return 'busy';
      throw error;
    }
  },
  exists: async (id) => {
    try {
      await client.send(new GetEventSourceMappingCommand({ UUID: id }));
      return true;
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return false;
      throw error;
    }
  },
});
