import {
  type EventSourceMappingConfiguration,
  type LambdaClient,
  paginateListEventSourceMappings,
  ResourceInUseException,
  ResourceNotFoundException,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { type Clock, sleep, systemClock } from '../../time/clock.ts';

export interface MappingRefreshOptions {
  readonly client: LambdaClient;
  readonly brokerArn: string;
  /** Told of each mapping that was updated. */
  readonly onRefreshed?: (mapping: { readonly id: string; readonly queue: string }) => void;
  /** How long to wait for a mapping that is being changed by others, in milliseconds. @default 30,000 */
  readonly patienceMilliseconds?: number;
  /** @default the machine's */
  readonly clock?: Clock;
}

const secretOf = ({ SourceAccessConfigurations = [] }: EventSourceMappingConfiguration): string | undefined =>
  SourceAccessConfigurations.find(({ Type }) => Type === 'BASIC_AUTH')?.URI;

/**
 * Updates the mappings that log in with this secret, with the secret that they have. AWS does not document when a mapping reads its secret;
 * an update of its source access is the least that should make it do so. It is neither disabled nor enabled, so one that was paused stays paused,
 * and its old login is good until the next rotation.
 */
export const mappingRefresh =
  ({ client, brokerArn, onRefreshed, patienceMilliseconds = 30_000, clock = systemClock }: MappingRefreshOptions) =>
  async (secretArn: string): Promise<void> => {
    for await (const { EventSourceMappings = [] } of paginateListEventSourceMappings(
      { client },
      { EventSourceArn: brokerArn },
    ))
      for (const mapping of EventSourceMappings) {
        const { UUID, Queues = [] } = mapping;
        if (UUID === undefined || secretOf(mapping) !== secretArn) continue;
        if (await update({ client, clock, deadline: clock.now() + patienceMilliseconds }, UUID, secretArn))
          onRefreshed?.({ id: UUID, queue: Queues.join(', ') });
      }
  };

interface UpdateServices {
  readonly client: LambdaClient;
  readonly clock: Clock;
  /** Milliseconds since the epoch. */
  readonly deadline: number;
}

/** `false` for a mapping that was deleted meanwhile. */
const update = async ({ client, clock, deadline }: UpdateServices, id: string, secretArn: string): Promise<boolean> => {
  for (let wait = 500; ; wait *= 2) {
    try {
      // Without VIRTUAL_HOST: Lambda refuses it in an update, and keeps the one that the mapping was made with.
      const SourceAccessConfigurations = [{ Type: 'BASIC_AUTH' as const, URI: secretArn }];
      await client.send(new UpdateEventSourceMappingCommand({ UUID: id, SourceAccessConfigurations }));
      return true;
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return false;
      if (!(error instanceof ResourceInUseException) || clock.now() + wait > deadline) throw error;
      await sleep(clock, wait);
    }
  }
};
