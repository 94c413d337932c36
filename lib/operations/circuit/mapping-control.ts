import {
  GetEventSourceMappingCommand,
  LambdaClient,
  ResourceInUseException,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';

/** An event source mapping as Lambda describes it. */
export interface MappingStatus {
  readonly id: string;
  /** `Enabled`, `Disabled`, or on its way: `Creating`, `Enabling`, `Disabling`, `Updating`, `Deleting`. */
  readonly state: string;
  /** `USER_INITIATED`, or a code such as `EVENT_SOURCE_AUTHN_ERROR` where Lambda disabled it. */
  readonly reason?: string;
  /** What became of the last batch, in Lambda's words. */
  readonly lastResult?: string;
}

/** Looks at event source mappings, and switches them. */
export interface MappingControl {
  status(id: string): Promise<MappingStatus>;
  /** Takes effect within a minute or so. Does nothing to a mapping that is on its way already: the next look will tell. */
  switch(id: string, to: 'enabled' | 'disabled'): Promise<void>;
}

export class LambdaMappingControl implements MappingControl {
  readonly #client: LambdaClient;

  constructor(client: LambdaClient = new LambdaClient({ maxAttempts: 3 })) {
    this.#client = client;
  }

  async status(id: string): Promise<MappingStatus> {
    const mapping = await this.#client.send(new GetEventSourceMappingCommand({ UUID: id }));
    return {
      id,
      state: mapping.State ?? 'Unknown',
      reason: mapping.StateTransitionReason,
      lastResult: mapping.LastProcessingResult,
    };
  }

  async switch(id: string, to: 'enabled' | 'disabled'): Promise<void> {
    try {
      await this.#client.send(new UpdateEventSourceMappingCommand({ UUID: id, Enabled: to === 'enabled' }));
    } catch (error) {
      if (!(error instanceof ResourceInUseException)) throw error;
    }
  }
}
