import type { Application } from '../declaration/application.ts';

export interface PublishingDefaults {
  /** Broker user who publishes. Absent where the application declares no publisher. */
  readonly username?: string;
  /** Exchange for events that name none. Absent where the application declares none. */
  readonly exchange?: string;
}

/**
 * Who publishes, and where to, when a command does not say: the first publisher of the application, to the first exchange that it may publish to. For a
 * user who is no publisher of the application it is the application's first exchange.
 */
export const publishingDefaults = (
  { exchanges, publishers = {} }: Pick<Application, 'exchanges' | 'publishers'>,
  username: string | undefined = Object.keys(publishers)[0],
): PublishingDefaults => ({
  username,
  exchange: publishers[username ?? '']?.publishes[0]?.exchange ?? Object.keys(exchanges)[0],
});
