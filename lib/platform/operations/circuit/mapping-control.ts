import {
  type EventSourceMappingConfiguration,
  LambdaClient,
  paginateListEventSourceMappings,
  ResourceInUseException,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';

/** An event source mapping as Lambda describes it. */
export interface MappingStatus {
  readonly id: string;
  readonly queue: string;
  /** `Enabled`, `Disabled`, or on its way: `Creating`, `Enabling`, `Disabling`, `Updating`, `Deleting`. */
  readonly state: string;
  /** `USER_INITIATED`, or a code such as `EVENT_SOURCE_AUTHN_ERROR` where Lambda disabled it. */
  readonly reason?: string;
  /** When it was last updated or its state changed, in milliseconds since the epoch. */
  readonly lastModified?: number;
  /** What became of the last batch, in Lambda's words. */
  readonly lastResult?: string;
}

/** Looks at event source mappings, and switches them. */
export interface MappingControl {
  /** Those of one virtual host. */
  list(): Promise<readonly MappingStatus[]>;
  /**
   * Takes effect within a minute or so.
   * @returns `false` where it does nothing, because the mapping is on its way already: somebody else has changed it
   */
  switch(id: string, to: 'enabled' | 'disabled'): Promise<boolean>;
}

export interface LambdaMappingControlOptions {
  readonly client?: LambdaClient;
  readonly brokerArn: string;
  readonly vhost: string;
}

export class LambdaMappingControl implements MappingControl {
  readonly #client: LambdaClient;
  readonly #brokerArn: string;
  readonly #vhost: string;

  constructor({ client = new LambdaClient({ maxAttempts: 3 }), brokerArn, vhost }: LambdaMappingControlOptions) {
    this.#client = client;
    this.#brokerArn = brokerArn;
    this.#vhost = vhost;
  }

  async list(): Promise<readonly MappingStatus[]> {
    const found: MappingStatus[] = [];
    const pages = paginateListEventSourceMappings({ client: this.#client }, { EventSourceArn: this.#brokerArn });
    for await (const { EventSourceMappings = [] } of pages)
      for (const mapping of EventSourceMappings) if (vhostOf(mapping) === this.#vhost) found.push(statusOf(mapping));
    return found;
  }

  async switch(id: string, to: 'enabled' | 'disabled'): Promise<boolean> {
    try {
      await this.#client.send(new UpdateEventSourceMappingCommand({ UUID: id, Enabled: to === 'enabled' }));
      return true;
    } catch (error) {
      if (error instanceof ResourceInUseException) return false;
      throw error;
    }
  }
}

const vhostOf = ({ SourceAccessConfigurations = [] }: EventSourceMappingConfiguration): string =>
  SourceAccessConfigurations.find(({ Type }) => Type === 'VIRTUAL_HOST')?.URI ?? '/';

const statusOf = (mapping: EventSourceMappingConfiguration): MappingStatus => ({
  id: mapping.UUID ?? '',
  queue: mapping.Queues?.[0] ?? '',
  state: mapping.State ?? 'Unknown',
  reason: mapping.StateTransitionReason,
  lastModified: mapping.LastModified?.getTime(),
  lastResult: mapping.LastProcessingResult,
});
